import { Link } from "@tanstack/react-router";
import type { Incident } from "@/api/types";
import { useMay } from "@/features/auth/permissions";
import { useSay } from "@/features/incidents/api";
import { OriginBadge, SeverityBadge } from "@/features/incidents/components/badges";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Button } from "@/ui/Button";
import { CheckIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { explain } from "@/ui/states";

/** The most urgent first; one tap tells everybody that somebody has seen it. */
export function Urgent(props: { incidents: readonly Incident[]; mayAct: boolean }) {
  const { incidents, mayAct } = props;
  return (
    <Panel
      title={m.overview.urgent}
      action={
        <Link
          to="/incidents"
          search={{ q: undefined, all: undefined }}
          className="text-accent underline underline-offset-2 hover:text-accent-strong"
        >
          {m.overview.urgentAll}
        </Link>
      }
    >
      {incidents.length === 0 && (
        <p className="flex items-center gap-2 px-4 py-5 text-muted sm:px-5">
          <CheckIcon className="text-ok" /> {m.overview.urgentNone}
        </p>
      )}
      <ul aria-label={m.overview.urgent}>
        {incidents.map((incident) => (
          <Row key={incident.incident_id} incident={incident} mayAct={mayAct} />
        ))}
      </ul>
    </Panel>
  );
}

function Row({ incident, mayAct }: { incident: Incident; mayAct: boolean }) {
  const maySay = useMay("incidents:write") && mayAct;
  const say = useSay(incident.incident_id);
  const isSeen = incident.state === "confirmed" || say.isSuccess;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-56">
        <Link
          to="/incidents/$incidentId"
          params={{ incidentId: incident.incident_id }}
          className="font-medium wrap-anywhere hover:text-accent-strong"
        >
          {incident.title}
        </Link>
        <p className="text-muted wrap-anywhere">
          {incident.site_name} · <Age at={incident.started_at} />
          {isSeen && ` · ${m.overview.confirmed}`}
        </p>
        {say.isError && (
          <p role="alert" className="text-critical">
            {explain(say.error)}
          </p>
        )}
      </div>
      <span className="flex items-center gap-2">
        <OriginBadge incident={incident} />
        <SeverityBadge severity={incident.severity} />
        {maySay && !isSeen && (
          <Button
            aria-label={m.overview.confirmOf(incident.title)}
            busy={say.isPending}
            onClick={() => say.mutate({ word: "confirm", note: "" })}
          >
            {m.overview.confirm}
          </Button>
        )}
      </span>
    </li>
  );
}
