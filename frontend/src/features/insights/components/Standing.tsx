import { formatCount, formatQuantity, formatRatio } from "@/lib/format";
import { m } from "@/messages";
import { Badge, type Tone } from "@/ui/Badge";
import { Panel } from "@/ui/Panel";
import type { Insights } from "../types";

const words = m.insights;
const TONES: Record<string, Tone> = { Good: "ok", Fair: "warn", Poor: "critical" };
const STATES = ["healthy", "warning", "critical", "maintenance", "unknown"] as const;

/** How the site stands: one line for those with two minutes, and the numbers. */
export function Standing({ found }: { found: Insights }) {
  const { insights, site_name, why } = found;
  const { uptime } = insights;
  const counted = STATES.filter((one) => insights[`devices_${one}`] > 0);
  return (
    <Panel
      title={site_name}
      action={
        <Badge tone={TONES[insights.overall_health] ?? "unknown"}>
          {words.overall[insights.overall_health]}
        </Badge>
      }
    >
      <p className="px-4 py-4 text-base text-pretty wrap-anywhere sm:px-5">{insights.summary}</p>
      <dl className="grid grid-cols-2 lg:grid-cols-4">
        <Figure
          label={words.devices}
          value={formatCount(insights.total_devices)}
          under={counted
            .map((one) => `${formatCount(insights[`devices_${one}`])} ${words.states[one]}`)
            .join(", ")}
        />
        <Figure
          label={words.health}
          value={words.overall[insights.overall_health]}
          under={
            insights.health_score === null
              ? why.health_score
              : words.score(formatQuantity(insights.health_score, null))
          }
        />
        <Figure
          label={words.uptime}
          value={uptime.percentage === null ? null : formatRatio(uptime.percentage / 100)}
          under={uptime.percentage === null ? why.uptime : words.outages(uptime.outages)}
        />
        <Figure
          label={words.incidents}
          value={formatCount(insights.incidents)}
          under={words.openNow(insights.incidents_open)}
        />
      </dl>
    </Panel>
  );
}

interface FigureProps {
  label: string;
  value: string | null;
  under: string | undefined;
}

export function Figure({ label, value, under }: FigureProps) {
  return (
    <div className="min-w-0 border-t border-line px-4 py-3 sm:px-5">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="mt-0.5 wrap-anywhere">
        {value === null ? (
          <span className="text-muted">{words.notKnown}</span>
        ) : (
          <strong className="num text-lg font-semibold">{value}</strong>
        )}
        {under && <span className="block text-xs text-muted">{under}</span>}
      </dd>
    </div>
  );
}
