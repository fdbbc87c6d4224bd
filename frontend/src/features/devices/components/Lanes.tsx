import { Link } from "@tanstack/react-router";
import type { Anomaly, DeviceEvent, Incident } from "@/api/types";
import type { Range } from "@/charts/range";
import { formatDateTime, formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { cx } from "@/ui/cx";

interface LanesProps {
  range: Range;
  /** Where what goes on has come to. */
  untilMs: number;
  incidents: readonly Incident[];
  anomalies: readonly Anomaly[];
  events: readonly DeviceEvent[];
}

const FILLS = { critical: "fill-critical", warning: "fill-warn", info: "fill-unknown" } as const;
const SHOWN_MAX = 6;

/** What happened, on the time axis of the charts, and the newest of it in words. */
export function Lanes(props: LanesProps) {
  const { range, untilMs, incidents, anomalies, events } = props;
  const place = (at: string | null): number => {
    const ms = at === null ? untilMs : Date.parse(at);
    const part = (ms - range.fromMs) / (range.toMs - range.fromMs);
    return Math.min(Math.max(part, 0), 1) * 1000;
  };
  return (
    <section aria-label={m.charts.lanes} className="border-t border-line pt-3 pb-3">
      <div aria-hidden="true">
        <Lane name={m.charts.lane.incidents}>
          {incidents.map((one) => (
            <Bar
              key={one.incident_id}
              from={place(one.started_at)}
              to={place(one.ended_at)}
              one={one}
            />
          ))}
        </Lane>
        <Lane name={m.charts.lane.deviations}>
          {anomalies.map((one) => (
            <Bar
              key={one.id}
              from={place(one.started_at)}
              to={place(one.ended_at)}
              one={one}
              thin
            />
          ))}
        </Lane>
        <Lane name={m.charts.lane.events}>
          {events.map(({ at, title, severity }, index) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: events have no id; the index tells twins apart
              key={`${at}-${title}-${index}`}
              x={place(at) - 1}
              width={3}
              y={severity === "info" ? 8 : 2}
              height={severity === "info" ? 6 : 12}
              className={FILLS[severity]}
            />
          ))}
        </Lane>
      </div>
      <Happened {...props} />
    </section>
  );
}

/** As wide as the plots above: see GUTTER_PX and RIM_PX. */
function Lane({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex items-center pr-[12px]">
      <span className="w-[60px] shrink-0 truncate pr-1.5 text-right text-[0.6875rem] text-muted">
        {name}
      </span>
      <svg
        aria-hidden="true"
        viewBox="0 0 1000 16"
        preserveAspectRatio="none"
        className="h-4 min-w-0 flex-1 border-b border-line"
      >
        {children}
      </svg>
    </div>
  );
}

interface BarProps {
  from: number;
  to: number;
  one: Pick<Incident, "severity">;
  thin?: boolean;
}

function Bar({ from, to, one, thin = false }: BarProps) {
  return (
    <rect
      x={from}
      width={Math.max(3, to - from)}
      y={thin ? 6 : 2}
      height={thin ? 5 : 12}
      className={FILLS[one.severity]}
    />
  );
}

interface Line {
  at: string;
  key: string;
  kind: string;
  words: React.ReactNode;
  tone: keyof typeof FILLS;
}

/** The lanes in words: first what is worst, then what is newest. */
function Happened({ incidents, anomalies, events }: LanesProps) {
  const lines = linesOf(incidents, anomalies, events);
  const left = lines.length - SHOWN_MAX;
  return (
    <div className="mt-2 px-4 sm:px-5">
      <h3 className="text-xs text-muted">{m.charts.happened}</h3>
      {lines.length === 0 && <p className="text-muted">{m.charts.happenedNone}</p>}
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-0.5 max-sm:gap-2">
        {lines.slice(0, SHOWN_MAX).map(({ at, key, kind, words, tone }) => (
          <li key={key} className="flex flex-wrap gap-x-3 sm:flex-nowrap">
            <time
              dateTime={at}
              title={formatDateTime(at)}
              className="w-34 shrink-0 whitespace-nowrap text-muted"
            >
              {formatShortDateTime(at)}
            </time>
            <span className={cx("w-16 shrink-0", tone === "critical" && "text-critical")}>
              {kind}
            </span>
            <span className="min-w-0 wrap-anywhere max-sm:w-full sm:truncate">{words}</span>
          </li>
        ))}
      </ul>
      {left > 0 && <p className="text-xs text-muted">{m.charts.happenedMore(left)}</p>}
    </div>
  );
}

const RANKS = { critical: 0, warning: 1, info: 2 };

function linesOf(
  incidents: readonly Incident[],
  anomalies: readonly Anomaly[],
  events: readonly DeviceEvent[],
): Line[] {
  const lines: Line[] = [
    ...incidents.map((one) => ({
      at: one.started_at,
      key: one.incident_id,
      kind: m.incidents.severity[one.severity],
      tone: one.severity,
      words: (
        <Link
          to="/incidents/$incidentId"
          params={{ incidentId: one.incident_id }}
          className="text-accent underline underline-offset-2 hover:text-accent-strong"
        >
          {one.title}
        </Link>
      ),
    })),
    ...anomalies.map((one) => ({
      at: one.started_at,
      key: `anomaly-${one.id}`,
      kind: m.charts.lane.deviations,
      tone: one.severity,
      words: `${one.metrics.map(({ name }) => name).join(", ")} ${m.incidents.kind[one.kind]}`,
    })),
    ...events.map((one, index) => ({
      at: one.at,
      key: `event-${index}`,
      kind: m.devices.severity[one.severity],
      tone: one.severity,
      words: one.title,
    })),
  ];
  return lines.sort((a, b) => RANKS[a.tone] - RANKS[b.tone] || b.at.localeCompare(a.at));
}
