import { useCallback, useMemo, useRef, useState } from "react";
import type uPlot from "uplot";
import { momentLabel } from "@/charts/axis";
import { BarChart } from "@/charts/BarChart";
import { LineChart } from "@/charts/LineChart";
import type { Range } from "@/charts/range";
import { formatQuantity } from "@/lib/format";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Panel } from "@/ui/Panel";
import { drawnOf, limitsOf, rangeOfPeriod, spansOf, within } from "../plotted";
import { extremes } from "../spelled";
import type { ReportContent, ReportPlot } from "../types";

/** All plots on one time axis: what is chosen in one is seen in all. */
export function Plots({ content }: { content: ReportContent }) {
  const whole = useMemo(() => rangeOfPeriod(content.period), [content.period]);
  const [range, setRange] = useState(whole);
  const choose = useCallback((wanted: Range) => setRange(within(wanted, whole)), [whole]);
  const reset = useCallback(() => setRange(whole), [whole]);
  const plots = content.plots ?? [];
  if (plots.length === 0) return null;
  const zone = content.period.timezone;
  const isMine = zone === Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Panel
      title={m.report.plots}
      action={range !== whole && <Button onClick={reset}>{m.report.reset}</Button>}
    >
      <p id="charts-keys" className="sr-only">
        {m.charts.lead}
      </p>
      {plots.map((plot) =>
        plot.bars ? (
          <Bars key={plot.name} plot={plot} whole={whole} />
        ) : (
          <Line key={plot.name} plot={plot} range={range} onRange={choose} onReset={reset} />
        ),
      )}
      {!isMine && (
        <p className="border-t border-line px-4 py-2.5 text-sm text-muted sm:px-5">
          {m.report.times(zone)}
        </p>
      )}
    </Panel>
  );
}

interface LineProps {
  plot: ReportPlot;
  range: Range;
  onRange: (range: Range) => void;
  onReset: () => void;
}

function Line({ plot, range, onRange, onReset }: LineProps) {
  const { label, unit, band } = plot;
  const under = useRef<HTMLSpanElement>(null);
  const drawn = useMemo(() => drawnOf(plot), [plot]);
  const spans = useMemo(() => spansOf(plot), [plot]);
  const limits = useMemo(() => limitsOf(plot), [plot]);
  const onPoint = useCallback(
    (u: uPlot, index: number | null) => {
      if (under.current) under.current.textContent = underPointer(u, index, unit);
    },
    [unit],
  );
  const [low, high] = extremes(plot).map((one) => formatQuantity(one, unit || null));
  return (
    <section aria-label={label} className="border-t border-line pt-3 pb-2 first-of-type:border-t-0">
      <header className="flex min-h-6 flex-wrap items-baseline gap-x-3 px-4 sm:px-5">
        <h3 className="font-medium">{label}</h3>
        <span className="text-muted">{m.charts.between(low ?? "", high ?? "")}</span>
        <span ref={under} aria-hidden="true" className="num ml-auto text-xs text-muted" />
      </header>
      <LineChart
        label={`${label}: ${m.charts.between(low ?? "", high ?? "")}`}
        describedBy="charts-keys"
        group="report"
        className="h-40 sm:h-48"
        drawn={drawn}
        range={range}
        spans={spans}
        limits={limits}
        moments={NONE}
        onRange={onRange}
        onReset={onReset}
        onPoint={onPoint}
      />
      {band && <p className="px-4 pb-1 text-sm text-muted sm:px-5">{m.report.band(band.words)}</p>}
    </section>
  );
}

const NONE: never[] = [];

/** Said while the pointer moves, so it goes round React. */
function underPointer(u: uPlot, index: number | null, unit: string): string {
  const at = index === null ? undefined : u.data[0][index];
  const mean = index === null ? null : u.data[3]?.[index];
  if (at === undefined || mean == null) return "";
  return `${momentLabel(at)}: ${formatQuantity(mean, unit || null)}`;
}

function Bars({ plot, whole }: { plot: ReportPlot; whole: Range }) {
  const [, most] = extremes(plot);
  return (
    <section
      aria-label={plot.label}
      className="border-t border-line px-4 pt-3 pb-3 first-of-type:border-t-0 sm:px-5"
    >
      <h3 className="font-medium">{plot.label}</h3>
      <BarChart
        label={m.report.bars(plot.label, formatQuantity(most, plot.unit || null))}
        bars={plot.points.map(([at, , value]) => ({ atMs: at * 1_000, value }))}
        widthMs={plot.width_s * 1_000}
        range={whole}
      />
    </section>
  );
}
