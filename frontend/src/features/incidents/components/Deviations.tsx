import type { Anomaly } from "@/api/types";
import { formatDateTime, formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Panel } from "@/ui/Panel";

const figure = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });
const CELL = "px-4 py-2 text-left align-top sm:px-5";

/** What led: each metric in the order in which it began to deviate. */
export function Deviations({ anomalies }: { anomalies: readonly Anomaly[] }) {
  const rows = anomalies
    .flatMap((anomaly) => anomaly.metrics.map((metric) => ({ anomaly, metric })))
    .sort((a, b) => a.metric.since.localeCompare(b.metric.since));
  const severalDevices = new Set(anomalies.map(({ device_id }) => device_id)).size > 1;
  return (
    <Panel title={m.incidents.deviations} lead={m.incidents.deviationsLead}>
      {rows.length === 0 && (
        <p className="px-4 py-5 text-muted sm:px-5">
          {anomalies.length > 0 ? m.incidents.noMetrics : m.incidents.noDeviations}
        </p>
      )}
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs the keyboard
        <section className="overflow-x-auto" tabIndex={0} aria-label={m.incidents.deviationsTable}>
          <table className="w-full">
            <thead className="text-xs text-muted">
              <tr>
                <th className={CELL}>{m.incidents.when}</th>
                <th className={CELL}>{m.incidents.metric}</th>
                <th className={CELL}>{m.incidents.value}</th>
                <th className={CELL}>{m.incidents.usual}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ anomaly, metric }) => (
                <tr key={`${anomaly.id}-${metric.name}`} className="border-t border-line">
                  <td className={CELL}>
                    <time dateTime={metric.since} title={formatDateTime(metric.since)}>
                      {formatShortDateTime(metric.since)}
                    </time>
                  </td>
                  <td className={CELL}>
                    <span className="code wrap-anywhere">{metric.name}</span>
                    <span className="block text-xs text-muted">
                      {m.incidents.kind[metric.kind]}
                      {severalDevices && ` · ${anomaly.device_name}`}
                    </span>
                  </td>
                  <td className={CELL}>{amount(metric.value, metric.unit)}</td>
                  <td className={CELL}>
                    {amount(metric.usual, metric.unit)}
                    <span className="block text-xs text-muted">
                      {figure.format(metric.low)} – {figure.format(metric.high)}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Panel>
  );
}

const amount = (value: number, unit: string): string => `${figure.format(value)} ${unit}`.trim();
