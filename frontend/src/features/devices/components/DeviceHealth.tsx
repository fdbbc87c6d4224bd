import { useQuery } from "@tanstack/react-query";
import type { components } from "@/api/schema";
import { formatDateTime, formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { ChevronRightIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { healthQuery } from "../api";
import { HealthBadge } from "./badges";

type HealthOut = components["schemas"]["HealthOut"];

/** How well it is, and what takes every point away; while it is learning, how far that is. */
export function DeviceHealth({ deviceId }: { deviceId: string }) {
  const health = useQuery(healthQuery(deviceId));
  return (
    <Panel title={m.devices.health}>
      {health.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {health.isError && !health.data && (
        <ErrorNote error={health.error} onRetry={() => void health.refetch()} />
      )}
      {health.data && <Told health={health.data} />}
    </Panel>
  );
}

function Told({ health }: { health: HealthOut }) {
  const { healthy, warning } = health.thresholds;
  const isClear = health.factors.every((one) => one.lost === 0);
  return (
    <div className="grid gap-3 px-4 py-4 text-pretty wrap-anywhere sm:px-5">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <HealthBadge health={health.health} />
        <strong className="font-semibold tabular-nums">
          {health.score === null ? health.reason : m.devices.score(health.score)}
        </strong>
        {health.score !== null && health.since && (
          <span className="text-muted">{m.devices.healthSince(formatDateTime(health.since))}</span>
        )}
      </p>
      {health.score !== null && health.learning.is_learning && <p>{health.learning.words}</p>}
      {health.score !== null && isClear && <p className="text-muted">{m.devices.nothingAgainst}</p>}
      {health.factors.length > 0 && (
        <ul aria-label={m.devices.against} className="grid gap-2">
          {health.factors.map((one) => (
            <Factor key={one.name} factor={one} />
          ))}
        </ul>
      )}
      <Past history={health.history} />
      <p className="text-xs text-muted">{m.devices.healthMarks(healthy, warning)}</p>
    </div>
  );
}

/** What one factor takes away, beside the most it could. */
function Factor({ factor }: { factor: HealthOut["factors"][number] }) {
  const { name, lost, weight, reason } = factor;
  return (
    <li className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3">
      <span className={lost > 0 ? undefined : "text-muted"}>{m.devices.factors[name]}</span>
      <span className="flex items-center gap-3">
        <span
          className="num w-11 shrink-0"
          title={m.deviceCare.of(lost.toFixed(2), weight.toFixed(2))}
        >
          {lost > 0 ? m.devices.takesAway(lost) : m.deviceCare.nothingLost}
        </span>
        <svg
          aria-hidden="true"
          viewBox="0 0 100 6"
          preserveAspectRatio="none"
          className="h-1.5 w-full max-w-48 rounded-full"
        >
          <rect width={100} height={6} className="fill-line" />
          <rect
            width={(Math.min(lost, weight) / (weight || 1)) * 100}
            height={6}
            className="fill-warn"
          />
        </svg>
      </span>
      {lost > 0 && <span className="col-start-2 text-muted">{reason}</span>}
    </li>
  );
}

const PAST_MAX = 5;

/** The newest turns, each with what brought it. */
function Past({ history }: { history: HealthOut["history"] }) {
  const newest = [...history].sort((a, b) => b.at.localeCompare(a.at)).slice(0, PAST_MAX);
  if (newest.length < 2) return null;
  return (
    <details className="group">
      <summary className="inline-flex items-center gap-1 text-muted hover:text-ink pointer-coarse:min-h-11">
        <ChevronRightIcon className="transition-transform group-open:rotate-90" />{" "}
        {m.deviceCare.healthHistory}
      </summary>
      <ul className="mt-2 grid gap-1.5">
        {newest.map(({ at, status, score, reason }) => (
          <li key={at} className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <time dateTime={at} className="w-28 shrink-0 text-muted">
              {formatShortDateTime(at)}
            </time>
            <HealthBadge health={status} />
            <span className="num">{score !== null && m.devices.score(score)}</span>
            {reason && <span className="w-full text-muted">{reason}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
