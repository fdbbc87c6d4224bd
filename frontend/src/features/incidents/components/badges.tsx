import type { Incident } from "@/api/types";
import { useClock } from "@/lib/clock";
import { m } from "@/messages";
import { Badge, type Tone } from "@/ui/Badge";
import { ImportIcon } from "@/ui/icons";

const SEVERITIES: Record<Incident["severity"], Tone> = {
  critical: "critical",
  warning: "warn",
  info: "unknown",
};

export function SeverityBadge({ severity }: { severity: Incident["severity"] }) {
  return <Badge tone={SEVERITIES[severity]}>{m.incidents.severity[severity]}</Badge>;
}

const STATES: Record<Incident["state"], Tone> = {
  open: "critical",
  confirmed: "accent",
  resolved: "ok",
  normal: "ok",
  closed: "ok",
  merged: "unknown",
};

/** What is as usual again and waits to be closed wants nobody any more, and says so. */
export function StateBadge({ incident }: { incident: Incident }) {
  const clock = useClock();
  const { state, back_since } = incident;
  if (back_since !== null) {
    return <Badge tone="ok">{m.incidents.backSince(clock.shortDateTime(back_since))}</Badge>;
  }
  return <Badge tone={STATES[state]}>{m.incidents.state[state]}</Badge>;
}

/** What was not found here says so. */
export function OriginBadge({ incident }: { incident: Incident }) {
  if (incident.provenance === "detected") return null;
  return (
    <Badge tone="accent" icon={<ImportIcon className="size-3.5" />}>
      {m.incidents.imported}
    </Badge>
  );
}
