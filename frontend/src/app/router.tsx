import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import type { Session } from "@/api/types";
import { aheadQuery } from "@/features/ahead/api";
import { readAheadSearch } from "@/features/ahead/search";
import { readAlertSearch } from "@/features/alerts/search";
import { readAskSearch } from "@/features/ask/search";
import { sessionQuery } from "@/features/auth/api";
import { devicesQuery } from "@/features/devices/api";
import { readDeviceSearch } from "@/features/devices/search";
import { readViewSearch } from "@/features/devices/view";
import { readIncidentSearch } from "@/features/incidents/search";
import { readInsightSearch } from "@/features/insights/search";
import { overviewQuery } from "@/features/overview/api";
import { readOverviewSearch } from "@/features/overview/search";
import { readReportSearch } from "@/features/reports/search";
import { readSettingsSearch } from "@/features/settings/search";
import { readSiteSearch } from "@/features/sites/search";
import { readSearch, writeSearch } from "./address";
import { CrashPage, NotFoundPage } from "./fallbacks";
import { Shell } from "./Shell";

interface RouterContext {
  queries: QueryClient;
}

const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  errorComponent: CrashPage,
  notFoundComponent: NotFoundPage,
});

/** Where to go after signing in: only ever a path of our own. */
function readNext(raw: Record<string, unknown>): { next?: string | undefined } {
  const { next } = raw;
  const ours = typeof next === "string" && /^\/(?![/\\])/.test(next) && next !== "/";
  // Told also where it is absent: the router would else hand on what stood in the address.
  return { next: ours ? next : undefined };
}

const session = (queries: QueryClient): Promise<Session | null> =>
  queries.ensureQueryData(sessionQuery);

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: readNext,
  beforeLoad: async ({ context, search }) => {
    if (await session(context.queries)) throw redirect({ href: search.next ?? "/" });
  },
  component: lazyRouteComponent(() => import("@/features/auth/SignInPage"), "SignInPage"),
});

const passwordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/password",
  validateSearch: readNext,
  beforeLoad: async ({ context }) => {
    if (!(await session(context.queries))) throw redirect({ to: "/sign-in" });
  },
  component: lazyRouteComponent(() => import("@/features/auth/PasswordPage"), "PasswordPage"),
});

/** Everything behind the door. What a page shows first is asked for while its code comes. */
const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    const next = readNext({ next: location.href });
    const current = await session(context.queries);
    if (!current) throw redirect({ to: "/sign-in", search: next });
    if (current.user.must_change_password) throw redirect({ to: "/password", search: next });
  },
  component: Shell,
});

const homeRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/",
  validateSearch: readOverviewSearch,
  loader: ({ context }) => {
    void context.queries.prefetchQuery(overviewQuery);
    void context.queries.prefetchQuery(aheadQuery());
  },
  component: lazyRouteComponent(() => import("@/features/overview/OverviewPage"), "OverviewPage"),
});

const askRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/ask",
  validateSearch: readAskSearch,
  component: lazyRouteComponent(() => import("@/features/ask/AskPage"), "AskPage"),
});

const devicesRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/devices",
  validateSearch: readDeviceSearch,
  loader: ({ context, location }) => {
    const search = readDeviceSearch(location.search);
    void context.queries.prefetchInfiniteQuery(devicesQuery(search));
  },
  component: lazyRouteComponent(() => import("@/features/devices/DevicesPage"), "DevicesPage"),
});

const deviceRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/devices/$deviceId",
  validateSearch: readViewSearch,
  component: lazyRouteComponent(() => import("@/features/devices/DevicePage"), "DevicePage"),
});

const deviceLimitsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/devices/$deviceId/limits",
  component: lazyRouteComponent(
    () => import("@/features/devices/DeviceLimitsPage"),
    "DeviceLimitsPage",
  ),
});

const sitesRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/sites",
  validateSearch: readSiteSearch,
  component: lazyRouteComponent(() => import("@/features/sites/SitesPage"), "SitesPage"),
});

const siteRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/sites/$siteId",
  component: lazyRouteComponent(() => import("@/features/sites/SitePage"), "SitePage"),
});

const incidentsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/incidents",
  validateSearch: readIncidentSearch,
  component: lazyRouteComponent(
    () => import("@/features/incidents/IncidentsPage"),
    "IncidentsPage",
  ),
});

const incidentRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/incidents/$incidentId",
  component: lazyRouteComponent(() => import("@/features/incidents/IncidentPage"), "IncidentPage"),
});

const insightsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/insights",
  validateSearch: readInsightSearch,
  component: lazyRouteComponent(() => import("@/features/insights/InsightsPage"), "InsightsPage"),
});

const reportsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/reports",
  validateSearch: readReportSearch,
  component: lazyRouteComponent(() => import("@/features/reports/ReportsPage"), "ReportsPage"),
});

const reportRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/reports/$reportId",
  component: lazyRouteComponent(() => import("@/features/reports/ReportPage"), "ReportPage"),
});

const alertsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/alerts",
  validateSearch: readAlertSearch,
  component: lazyRouteComponent(() => import("@/features/alerts/AlertsPage"), "AlertsPage"),
});

const aheadRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/ahead",
  validateSearch: readAheadSearch,
  component: lazyRouteComponent(() => import("@/features/ahead/AheadPage"), "AheadPage"),
});

const statusRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/status",
  component: lazyRouteComponent(() => import("@/features/status/StatusPage"), "StatusPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/settings",
  validateSearch: readSettingsSearch,
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
});

const peopleRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/people",
  component: lazyRouteComponent(() => import("@/features/users/PeoplePage"), "PeoplePage"),
});

// Told apart when the pages are built: what is handed out does not have it.
const designRoutes = import.meta.env.DEV
  ? [
      createRoute({
        getParentRoute: () => insideRoute,
        path: "/design",
        component: lazyRouteComponent(() => import("@/features/design/DesignPage"), "DesignPage"),
      }),
    ]
  : [];

const routeTree = rootRoute.addChildren([
  signInRoute,
  passwordRoute,
  insideRoute.addChildren([
    homeRoute,
    askRoute,
    devicesRoute,
    deviceRoute,
    deviceLimitsRoute,
    sitesRoute,
    siteRoute,
    incidentsRoute,
    incidentRoute,
    insightsRoute,
    reportsRoute,
    reportRoute,
    alertsRoute,
    peopleRoute,
    settingsRoute,
    aheadRoute,
    ...designRoutes,
    statusRoute,
  ]),
]);

export function createAppRouter(queries: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context: { queries },
    history,
    parseSearch: readSearch,
    stringifySearch: writeSearch,
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

/** Asks for the code of the page at once, while the server still says who is there. */
export function fetchPage(router: ReturnType<typeof createAppRouter>): void {
  for (const { routeId } of router.matchRoutes(router.latestLocation)) {
    void router.loadRouteChunk(router.routesById[routeId as keyof typeof router.routesById]);
  }
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
