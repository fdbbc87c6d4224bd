import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Incident } from "@/api/types";
import { incidentQuery } from "@/features/incidents/api";
import { SeverityBadge, StateBadge } from "@/features/incidents/components/badges";
import { LikenessPanel } from "@/features/incidents/components/Likeness";
import { formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { incidentsOfQuery } from "../chartApi";

const EARLIER_MAX = 4;

const isLiving = ({ state }: Incident): boolean => state === "open" || state === "confirmed";

/** What is wrong with it now, what that resembles and what helped then, and what there was before. */
export function DeviceIncidents({ deviceId }: { deviceId: string }) {
  const incidents = useQuery(incidentsOfQuery(deviceId, undefined));
  const living = incidents.data?.items.filter(isLiving) ?? [];
  const earlier = incidents.data?.items.filter((one) => !isLiving(one)) ?? [];
  const newest = living[0];
  return (
    <div className="grid min-w-0 gap-5">
      <Panel title={m.deviceCare.openIncidents}>
        {incidents.isPending && <Skeleton className="m-5 h-4 w-56" />}
        {incidents.isError && !incidents.data && (
          <ErrorNote error={incidents.error} onRetry={() => void incidents.refetch()} />
        )}
        {incidents.data && living.length === 0 && (
          <p className="px-4 py-4 text-muted sm:px-5">{m.deviceCare.noOpen}</p>
        )}
        {living.length > 0 && (
          <ul>
            {living.map((one) => (
              <Living key={one.incident_id} incident={one} />
            ))}
          </ul>
        )}
        {earlier.length > 0 && <Earlier incidents={earlier.slice(0, EARLIER_MAX)} />}
      </Panel>
      {newest && <Resembling incidentId={newest.incident_id} />}
    </div>
  );
}

function Title({ incident }: { incident: Incident }) {
  return (
    <Link
      to="/incidents/$incidentId"
      params={{ incidentId: incident.incident_id }}
      className="text-accent underline underline-offset-2 hover:text-accent-strong"
    >
      {incident.title}
    </Link>
  );
}

function Living({ incident }: { incident: Incident }) {
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-3 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 wrap-anywhere">
        <Title incident={incident} />
        <p className="text-muted">
          <Age at={incident.started_at} />
        </p>
      </div>
      <span className="flex gap-1.5">
        <SeverityBadge severity={incident.severity} />
        <StateBadge incident={incident} />
      </span>
    </li>
  );
}

function Earlier({ incidents }: { incidents: readonly Incident[] }) {
  return (
    <div className="border-t border-line px-4 py-3 sm:px-5">
      <h3 className="mb-1 text-xs text-muted">{m.deviceCare.earlierIncidents}</h3>
      <ul className="grid gap-1">
        {incidents.map((one) => (
          <li key={one.incident_id} className="flex gap-3">
            <time dateTime={one.started_at} className="w-28 shrink-0 text-muted">
              {formatShortDateTime(one.started_at)}
            </time>
            <span className="min-w-0 wrap-anywhere">
              <Title incident={one} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Resembling({ incidentId }: { incidentId: string }) {
  const story = useQuery(incidentQuery(incidentId));
  if (!story.data) return null;
  return <LikenessPanel likeness={story.data.likeness ?? null} />;
}
