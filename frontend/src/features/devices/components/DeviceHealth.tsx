import { useQuery } from "@tanstack/react-query";
import type { components } from "@/api/schema";
import { formatDateTime } from "@/lib/format";
import { m } from "@/messages";
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
  const against = health.factors.filter((one) => one.lost > 0);
  const { healthy, warning } = health.thresholds;
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
      {health.score !== null && against.length === 0 && (
        <p className="text-muted">{m.devices.nothingAgainst}</p>
      )}
      {against.length > 0 && (
        <ul aria-label={m.devices.against} className="grid gap-1.5">
          {against.map((one) => (
            <li key={one.name} className="flex gap-x-3">
              <span className="shrink-0 tabular-nums">{m.devices.takesAway(one.lost)}</span>
              <span>
                <span className="text-muted">{m.devices.factors[one.name]}:</span> {one.reason}
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className="text-xs text-muted">{m.devices.healthMarks(healthy, warning)}</p>
    </div>
  );
}
