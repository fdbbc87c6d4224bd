import { Link } from "@tanstack/react-router";
import type { Likeness, SimilarIncident } from "@/api/types";
import { formatDate, formatRatio } from "@/lib/format";
import { m } from "@/messages";
import { Panel } from "@/ui/Panel";

/** What it resembles, what fixed that, and the cases that say so. */
export function LikenessPanel({ likeness }: { likeness: Likeness | null }) {
  return (
    <Panel title={m.incidents.likeness}>
      <p className="px-4 pt-4 pb-3 text-pretty wrap-anywhere sm:px-5">
        {likeness ? likeness.words : m.incidents.notLooked}
      </p>
      {likeness && likeness.similar_past_incidents.length > 0 && (
        <ul aria-label={m.incidents.similar}>
          {likeness.similar_past_incidents.map((one) => (
            <Case key={one.incident_id} incident={one} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Case({ incident }: { incident: SimilarIncident }) {
  const { resolution, effective } = incident;
  return (
    <li className="border-t border-line px-4 py-2.5 wrap-anywhere sm:px-5">
      <p className="flex flex-wrap justify-between gap-x-3">
        <Link
          to="/incidents/$incidentId"
          params={{ incidentId: incident.incident_id }}
          className="code text-accent underline underline-offset-2 hover:text-accent-strong"
        >
          {incident.incident_id}
        </Link>
        <span className="text-muted">
          {incident.date && `${formatDate(incident.date)} · `}
          {m.incidents.alike(formatRatio(incident.similarity_score))}
        </span>
      </p>
      <p className="text-muted">{incident.description}</p>
      <p className="mt-1">
        {resolution ? `${resolution} (${helped(effective)})` : m.incidents.noResolution}
      </p>
    </li>
  );
}

function helped(effective: boolean | null): string {
  if (effective === null) return m.incidents.unknownHelp;
  return effective ? m.incidents.helped : m.incidents.didNotHelp;
}
