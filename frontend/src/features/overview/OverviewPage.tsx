import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Overview } from "@/api/types";
import { LiveIndicator } from "@/features/live/LiveIndicator";
import { formatClock, formatCount } from "@/lib/format";
import { useNow } from "@/lib/now";
import { usePageTitle } from "@/lib/usePageTitle";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { buttonClass } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { AlertIcon, CheckIcon, DeviceIcon } from "@/ui/icons";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { overviewQuery } from "./api";
import { Coming } from "./components/Coming";
import { PulseLine } from "./components/PulseLine";
import { Connections, SiteHealth } from "./components/SiteHealth";
import { Urgent } from "./components/Urgent";
import { useWallScreen } from "./useWallScreen";
import { type Verdict, verdictOf } from "./verdict";

/** Is all well? If not: what needs somebody, and where. */
export function OverviewPage() {
  const { wall } = useSearch({ from: "/inside/" });
  usePageTitle(m.overview.title);
  const overview = useQuery(overviewQuery);
  if (overview.isPending) return <Loading />;
  if (overview.isError && !overview.data) {
    return <ErrorNote whole error={overview.error} onRetry={() => void overview.refetch()} />;
  }
  const page = <Picture overview={overview.data} isWall={wall === "true"} />;
  return wall ? <Wall>{page}</Wall> : page;
}

function Picture({ overview, isWall }: { overview: Overview; isWall: boolean }) {
  if (overview.numbers.devices === 0) return <NoDevices />;
  return (
    <>
      <Head overview={overview} isWall={isWall} />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid min-w-0 gap-5">
          <Urgent incidents={overview.urgent} mayAct={!isWall} />
          <Coming />
        </div>
        <div className="grid min-w-0 gap-5">
          <Connections numbers={overview.numbers} />
          <PulseLine />
          <SiteHealth sites={overview.sites} total={overview.sites_total} />
        </div>
      </div>
    </>
  );
}

const TONES: Record<Verdict["tone"], string> = {
  ok: "text-ok",
  warn: "text-warn",
  critical: "text-critical",
  unknown: "text-unknown",
  accent: "text-accent",
};

function Head({ overview, isWall }: { overview: Overview; isWall: boolean }) {
  const { tone, words } = verdictOf(overview);
  const { devices, simulated } = overview.numbers;
  const Mark = tone === "ok" ? CheckIcon : AlertIcon;
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1
          className={cx(
            "flex items-center gap-3 font-semibold tracking-tight text-balance",
            isWall ? "text-5xl" : "text-3xl",
            TONES[tone],
          )}
        >
          <Mark className="shrink-0" /> {words}
        </h1>
        <p className="mt-1.5 text-muted">
          {m.overview.devices(formatCount(devices))}
          {simulated > 0 &&
            ` · ${simulated === devices ? m.overview.allSimulated : m.overview.simulated(formatCount(simulated))}`}{" "}
          · {m.overview.asOf} <Age at={overview.as_of} />
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-x-8 gap-y-2">
        {isWall && <WallClock />}
        <Link
          to="/"
          search={{ wall: isWall ? undefined : "true" }}
          className={buttonClass("plain", "max-sm:hidden")}
        >
          {isWall ? m.overview.leaveWall : m.overview.wall}
        </Link>
      </div>
    </header>
  );
}

/** Over everything else, larger, without what one does not need from across the room. */
function Wall({ children }: { children: ReactNode }) {
  useWallScreen();
  return <div className="fixed inset-0 z-40 overflow-auto bg-canvas p-8">{children}</div>;
}

function WallClock() {
  const at = new Date(useNow());
  return (
    <span className="flex items-baseline gap-6">
      <LiveIndicator />
      <time dateTime={at.toISOString()} className="text-3xl font-semibold tracking-tight">
        {formatClock(at)}
      </time>
    </span>
  );
}

function NoDevices() {
  return (
    <Note
      whole
      icon={<DeviceIcon />}
      title={m.overview.empty}
      action={
        <Link to="/devices" className={buttonClass("primary")}>
          {m.overview.emptyAction}
        </Link>
      }
    >
      {m.overview.emptyLead}
    </Note>
  );
}

function Loading() {
  return (
    <div aria-busy="true" className="grid gap-5">
      <Skeleton className="h-10 w-72" />
      <div className="grid gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Skeleton className="h-80" />
        <Skeleton className="h-80" />
      </div>
    </div>
  );
}
