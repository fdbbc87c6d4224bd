import { useQueryClient } from "@tanstack/react-query";
import { Link, Navigate, Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { SessionGate, useSession } from "@/features/auth/SessionGate";
import { LiveIndicator } from "@/features/live/LiveIndicator";
import { LiveProvider } from "@/features/live/LiveProvider";
import { m } from "@/messages";
import {
  AlertIcon,
  BellIcon,
  CalendarIcon,
  DeviceIcon,
  type IconProps,
  InsightIcon,
  OverviewIcon,
  PeopleIcon,
  PotIcon,
  PulseIcon,
  QuestionIcon,
  ReportIcon,
  SettingsIcon,
  SiteIcon,
} from "@/ui/icons";
import { AccountMenu } from "./AccountMenu";
import { AskLink } from "./AskLink";
import { createLiveListener } from "./liveListener";

/** The frame round every page of a signed-in person. */
export function Shell() {
  return (
    <SessionGate>
      <Frame />
    </SessionGate>
  );
}

function Frame() {
  const { user } = useSession();
  return user.must_change_password ? <Navigate to="/password" /> : <LiveFrame />;
}

function LiveFrame() {
  const queries = useQueryClient();
  const [listener] = useState(() => createLiveListener(queries));
  return (
    <LiveProvider listener={listener}>
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        {m.app.skipToContent}
      </a>
      <div className="min-h-dvh lg:grid lg:grid-cols-[13rem_minmax(0,1fr)]">
        <SideBar />
        <div className="flex min-h-dvh min-w-0 flex-col">
          <TopBar />
          <main
            id="content"
            tabIndex={-1}
            className="w-full flex-1 px-4 pt-5 pb-28 outline-none sm:px-6 lg:px-8 lg:pt-7 lg:pb-12"
          >
            <Outlet />
          </main>
        </div>
      </div>
    </LiveProvider>
  );
}

/** On a phone the same links lie at the bottom, under the thumb. */
function SideBar() {
  const mayManage = useMay("users:manage");
  return (
    <nav
      aria-label={m.app.mainNavigation}
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:sticky lg:inset-auto lg:top-0 lg:h-dvh lg:border-t-0 lg:border-r lg:px-3 lg:py-5"
    >
      <p className="mb-6 hidden items-center gap-2 px-2.5 text-accent lg:flex">
        <PotIcon className="size-6" />
        <span className="text-sm font-semibold tracking-[0.14em] text-ink">{m.app.name}</span>
      </p>
      <ul className="flex justify-around lg:grid lg:justify-stretch lg:gap-1">
        <NavItem to="/" icon={OverviewIcon} label={m.app.nav.overview} />
        <NavItem to="/devices" icon={DeviceIcon} label={m.app.nav.devices} />
        <NavItem to="/incidents" icon={AlertIcon} label={m.app.nav.incidents} />
        <NavItem to="/ask" icon={QuestionIcon} label={m.app.nav.ask} />
        <NavItem to="/sites" icon={SiteIcon} label={m.app.nav.sites} />
        <NavItem to="/ahead" icon={CalendarIcon} label={m.app.nav.ahead} isWide />
        <NavItem to="/insights" icon={InsightIcon} label={m.app.nav.insights} isWide />
        <NavItem to="/reports" icon={ReportIcon} label={m.app.nav.reports} isWide />
        <NavItem to="/alerts" icon={BellIcon} label={m.app.nav.alerts} isWide />
        {mayManage && <NavItem to="/people" icon={PeopleIcon} label={m.app.nav.people} isWide />}
        <NavItem to="/status" icon={PulseIcon} label={m.app.nav.status} isWide />
        <NavItem to="/settings" icon={SettingsIcon} label={m.app.nav.settings} isWide />
      </ul>
    </nav>
  );
}

interface NavItemProps {
  to:
    | "/"
    | "/ahead"
    | "/alerts"
    | "/ask"
    | "/devices"
    | "/incidents"
    | "/insights"
    | "/people"
    | "/reports"
    | "/settings"
    | "/status"
    | "/sites";
  icon: (props: IconProps) => React.ReactNode;
  label: string;
  /** On a phone it stands in the menu of the account. */
  isWide?: boolean;
}

function NavItem({ to, icon: Icon, label, isWide = false }: NavItemProps) {
  return (
    <li className={isWide ? "hidden lg:block" : "flex-1"}>
      <Link
        to={to}
        activeOptions={{ includeSearch: false, exact: to === "/" }}
        className="flex min-h-14 flex-col items-center justify-center gap-0.5 rounded-lg text-xs font-medium text-muted transition-colors hover:text-ink aria-[current=page]:text-accent-strong lg:min-h-9 lg:flex-row lg:justify-start lg:gap-2.5 lg:px-2.5 lg:text-sm lg:hover:bg-hover lg:aria-[current=page]:bg-accent-soft"
      >
        <Icon className="size-5.5 lg:size-5" />
        {label}
      </Link>
    </li>
  );
}

function TopBar() {
  return (
    <header className="sticky top-0 z-20 flex h-13 items-center gap-4 border-b border-line bg-canvas px-4 sm:px-6 lg:px-8">
      <p className="flex items-center gap-2 text-accent lg:hidden">
        <PotIcon className="size-6" />
        <span className="sr-only">{m.app.name}</span>
      </p>
      <div className="flex-1">
        <AskLink />
      </div>
      <LiveIndicator />
      <AccountMenu />
    </header>
  );
}
