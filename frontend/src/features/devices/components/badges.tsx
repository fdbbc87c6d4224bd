import type { Connectivity, DeviceDetail, Health, Lifecycle, Provenance } from "@/api/types";
import { formatSpan } from "@/lib/format";
import { m } from "@/messages";
import { Badge, type Tone } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { AlertIcon, FlaskIcon, ImportIcon, SignalIcon } from "@/ui/icons";

const ORIGINS: Record<Provenance, { tone: Tone; icon: typeof FlaskIcon }> = {
  real: { tone: "unknown", icon: SignalIcon },
  imported: { tone: "accent", icon: ImportIcon },
  simulated: { tone: "warn", icon: FlaskIcon },
};

/** Where a device's data comes from; stands wherever a device is shown. */
export function ProvenanceBadge({ provenance }: { provenance: Provenance }) {
  const { tone, icon: Icon } = ORIGINS[provenance];
  return (
    <Badge tone={tone} icon={<Icon className="size-3.5" />} title={m.provenance.hints[provenance]}>
      <span className="sr-only">{m.provenance.label}: </span>
      {m.provenance[provenance]}
    </Badge>
  );
}

const LINKS: Record<Connectivity, { text: string; mark: string }> = {
  online: { text: "text-ink", mark: "rounded-full bg-ok" },
  offline: { text: "text-critical font-medium", mark: "rotate-45 bg-current" },
  unknown: { text: "text-unknown", mark: "rounded-full border-2 border-current" },
};

/** A disc is online, a diamond offline, a ring unknown; the word stands beside. */
export function ConnectivityMark({ connectivity }: { connectivity: Connectivity }) {
  const { text, mark } = LINKS[connectivity];
  return (
    <span className={cx("inline-flex items-center gap-2 whitespace-nowrap", text)}>
      <span aria-hidden="true" className={cx("size-2 shrink-0", mark)} />
      {m.connectivity[connectivity]}
    </span>
  );
}

const STATES: Record<Lifecycle, Tone> = {
  pending: "accent",
  active: "ok",
  suspended: "warn",
  unpaired: "unknown",
};

export function LifecycleBadge({ lifecycle }: { lifecycle: Lifecycle }) {
  return <Badge tone={STATES[lifecycle]}>{m.lifecycle[lifecycle]}</Badge>;
}

/** How far a device's clock is off, in words. */
export function clockWords(skewS: number): string {
  const span = formatSpan(Math.abs(skewS), "exact");
  return skewS > 0 ? m.devices.clockAhead(span) : m.devices.clockBehind(span);
}

/** Stands only where a clock is so far off that its times mislead. */
export function ClockBadge({ device }: { device: DeviceDetail }) {
  if (!device.clock_wrong_since || device.clock_skew_s === null) return null;
  return (
    <Badge tone="warn" icon={<AlertIcon className="size-3.5" />} title={m.devices.clockHint}>
      {m.devices.clockWrong(clockWords(device.clock_skew_s))}
    </Badge>
  );
}

const HEALTHS: Record<Health, Tone> = {
  healthy: "ok",
  warning: "warn",
  critical: "critical",
  maintenance: "accent",
  unknown: "unknown",
};

export function HealthBadge({ health }: { health: Health }) {
  return <Badge tone={HEALTHS[health]}>{m.health[health]}</Badge>;
}
