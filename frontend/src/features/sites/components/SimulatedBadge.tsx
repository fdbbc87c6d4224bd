import type { Site } from "@/api/types";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { FlaskIcon } from "@/ui/icons";

/** Says of a site that its devices are invented: all of them, or how many. */
export function SimulatedBadge({ site }: { site: Site }) {
  const { simulated_count: simulated, device_count: all } = site;
  if (simulated === 0) return null;
  return (
    <Badge
      tone="warn"
      icon={<FlaskIcon className="size-3.5" />}
      title={m.provenance.hints.simulated}
    >
      <span className="sr-only">{m.provenance.label}: </span>
      {simulated === all ? m.provenance.simulated : m.sites.someSimulated(simulated)}
    </Badge>
  );
}
