import { ahead, failing, upkeep } from "./en.ahead";
import { alerts } from "./en.alerts";
import { ask } from "./en.ask";
import { care } from "./en.care";
import { charts, deviceCare } from "./en.charts";
import { fleet } from "./en.fleet";
import { incidents } from "./en.incidents";
import { insights } from "./en.insights";
import { overview } from "./en.overview";
import { makeReport, report, reports, schedule } from "./en.reports";
import { settings } from "./en.settings";
import { status } from "./en.status";

const app = {
  name: "HOMEPOT",
  skipToContent: "Skip to content",
  mainNavigation: "Main",
  account: "Account",
  title: (page: string) => `${page} · HOMEPOT`,
  nav: {
    overview: "Overview",
    ask: "Ask",
    devices: "Devices",
    incidents: "Incidents",
    ahead: "Ahead",
    status: "Status",
    sites: "Sites",
    reports: "Reports",
    insights: "Insights",
    alerts: "Alerts",
    people: "People",
    settings: "Settings",
  },
};

const actions = {
  retry: "Try again",
  cancel: "Cancel",
  close: "Close",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "Select the text and copy it yourself",
  clearFilters: "Clear filters",
  done: "Done",
  back: "Back",
  reload: "Reload",
  loadMore: "Load more",
};

const time = {
  justNow: "just now",
  never: "never",
};

const auth = {
  signIn: "Sign in",
  signInLead: "to see your fleet",
  signingIn: "Signing in…",
  username: "Username",
  password: "Password",
  wrong: "Username or password is wrong.",
  wait: (span: string) => `Too many attempts. Try again in ${span}.`,
  waitOver: "You can try again now.",
  signedOut: "You were signed out. Sign in to go on.",
  signOut: "Sign out",
  changePassword: "Change password",
  choosePassword: "Choose your password",
  choosePasswordLead: "You signed in with a one-time password. Choose your own to go on.",
  changePasswordLead: "Your other sessions are signed out when you change it.",
  currentPassword: "Current password",
  oneTimePassword: "One-time password",
  newPassword: "New password",
  newPasswordHint: "At least 12 characters. A few words in a row are good.",
  repeatPassword: "Repeat new password",
  notTheSame: "The two passwords are not the same.",
  savePassword: "Save password",
  passwordSaved: "Your password is changed.",
  roles: {
    admin: "Administrator",
    operator: "Operator",
    installer: "Installer",
    viewer: "Viewer",
  },
};

const live = {
  label: "Connection to the server",
  connecting: "Connecting…",
  live: "Live",
  stale: (span: string) => `Stale since ${span}`,
  offline: "Offline",
  offlineSince: (span: string) => `Offline since ${span}`,
  liveHint: "Changes show as they happen.",
  staleHint: "The connection was lost. What you see may be old; trying again.",
  offlineHint: "The server cannot be reached. What you see is old; trying again.",
  nowLive: "Live again.",
  nowStale: "The connection was lost. What you see may be old.",
  nowOffline: "Offline. What you see is old.",
};

const errors = {
  title: "This did not work",
  unreachable: "The server does not answer. Check that HOMEPOT is running and you can reach it.",
  noPermissionTitle: "Not yours to see",
  noPermission: "Your role does not allow this. An administrator can change it.",
  notFoundTitle: "Nothing here",
  notFound: "The page or thing you asked for does not exist, or no longer does.",
  requestId: (id: string) => `Request ${id}`,
  tooMany: (span: string) => `Too many requests. Try again in ${span}.`,
  crashedTitle: "This page broke",
  crashed: "Reload it. If it breaks again, tell whoever looks after HOMEPOT.",
};

const people = {
  title: "People",
  lead: "Who may sign in, and what they may do.",
  add: "Add a person",
  name: "Name",
  username: "Username",
  role: "Role",
  status: "Status",
  active: "Active",
  disabled: "Disabled",
  mustChange: "One-time password not used yet",
  you: "you",
  reset: "Reset password",
  resetOf: (name: string) => `Reset password of ${name}`,
  resetTitle: (name: string) => `Reset the password of ${name}?`,
  resetLead: "They are signed out everywhere and get a one-time password.",
  oneTimeTitle: "One-time password",
  oneTimeLead: (name: string) =>
    `Give it to ${name}. It is shown this once and must be changed at the first sign-in.`,
  listLabel: "People",
  roleHints: {
    admin: "May do everything, also look after people.",
    operator: "Changes sites and devices, sends commands.",
    installer: "Puts new devices into service.",
    viewer: "Sees everything, changes nothing.",
  },
};

export const en = {
  app,
  ahead,
  failing,
  upkeep,
  status,
  alerts,
  care,
  charts,
  deviceCare,
  actions,
  time,
  auth,
  live,
  errors,
  people,
  incidents,
  insights,
  makeReport,
  report,
  reports,
  schedule,
  ask,
  overview,
  settings,
  ...fleet,
};
