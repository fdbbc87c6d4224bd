import { Link } from "@tanstack/react-router";
import { clockAt } from "@/lib/clock";
import { m } from "@/messages";
import { Badge, type Tone } from "@/ui/Badge";
import { Panel } from "@/ui/Panel";
import type { ReportContent, ReportIncident } from "../types";

/** What struck, what it did and what was done, each with a way to its whole story. */
export function Incidents({ content }: { content: ReportContent }) {
  if (content.incidents.length === 0) return null;
  const left = Number(content.figures.incidents ?? 0) - content.incidents.length;
  return (
    <Panel title={m.report.incidents}>
      <ul aria-label={m.report.incidents}>
        {content.incidents.map((one) => (
          <Row key={one.incident_id} incident={one} timezone={content.period.timezone} />
        ))}
      </ul>
      {left > 0 && (
        <p className="border-t border-line px-4 py-2.5 text-muted sm:px-5">
          {m.report.incidentsMore(left)}
        </p>
      )}
    </Panel>
  );
}

const TONES: Record<string, Tone> = { critical: "critical", warning: "warn" };

function Row({ incident, timezone }: { incident: ReportIncident; timezone: string }) {
  const nothing = incident.ended_at === null ? m.report.nothingYet : m.report.nothingWritten;
  return (
    <li className="grid gap-1 border-b border-line px-4 py-3 wrap-anywhere last:border-b-0 sm:px-5">
      <p className="flex flex-wrap items-center gap-2">
        <Link
          to="/incidents/$incidentId"
          params={{ incidentId: incident.incident_id }}
          className="font-medium hover:text-accent-strong"
        >
          {incident.incident_id}
        </Link>
        <Badge tone={TONES[incident.severity] ?? "unknown"}>
          {m.incidents.severity[incident.severity as keyof typeof m.incidents.severity] ??
            incident.severity}
        </Badge>
        <Badge tone="unknown">
          {m.incidents.state[incident.state as keyof typeof m.incidents.state] ?? incident.state}
        </Badge>
        <span className="text-muted">
          {clockAt(timezone).shortDateTime(incident.timestamp)}
          {incident.device && ` · ${incident.device}`}
        </span>
      </p>
      <p>{incident.description}</p>
      <p className="text-muted">
        {m.report.done}: {incident.resolution ?? nothing} · {m.report.impact}: {incident.impact}
      </p>
    </li>
  );
}
