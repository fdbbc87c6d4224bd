import { useMemo } from "react";
import type { Range } from "@/charts/range";
import { m } from "@/messages";
import { ErrorNote, Skeleton } from "@/ui/states";
import type { NewestValue } from "../chosen";
import { forecastOf, limitsOf, momentsOf, normalOf, spansOf } from "../marks";
import { useCharts } from "../useCharts";
import type { View } from "../useView";
import { ChartKey } from "./ChartKey";
import { CompareChoice } from "./CompareChoice";
import { Lanes } from "./Lanes";
import { MetricChart } from "./MetricChart";
import { MetricChoice } from "./MetricChoice";
import { RangeBar } from "./RangeBar";

interface ChartStackProps {
  deviceId: string;
  newest: readonly NewestValue[];
  view: View;
}

/** The chosen metrics one above the other, and below them what happened. */
export function ChartStack({ deviceId, newest, view }: ChartStackProps) {
  const { search } = view;
  const charts = useCharts(deviceId, newest, search);
  const { chosen, series, range } = charts;
  const choose = (metrics: string[]) => view.change({ metrics: metrics.join(",") || undefined });
  return (
    <>
      <div className="grid gap-3 px-4 py-3 sm:px-5">
        <RangeBar search={search} range={range} onSpan={view.showSpan} onRange={view.showRange} />
        <MetricChoice
          newest={newest}
          chosen={chosen}
          deviating={charts.deviating}
          registry={charts.registry}
          onChoose={choose}
        />
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <ChartKey
            compared={charts.other !== undefined}
            isNormalKnown={charts.usual.some(({ points }) => points.length > 0)}
            isAhead={charts.nowMs !== null}
          />
          {charts.predictions.some(({ metric }) => chosen.includes(metric)) && (
            <AheadChoice view={view} />
          )}
          <CompareChoice deviceId={deviceId} view={view} />
        </div>
        {charts.other?.error && <ErrorNote error={charts.other.error} />}
      </div>
      {series.isPending && <Skeleton className="m-5 h-64" />}
      {series.isError && !series.data && (
        <ErrorNote error={series.error} onRetry={() => void series.refetch()} />
      )}
      {series.data &&
        chosen.map((metric) => (
          <OneChart
            key={metric}
            deviceId={deviceId}
            metric={metric}
            newest={newest.find((one) => one.metric === metric)}
            charts={charts}
            range={range}
            view={view}
          />
        ))}
      <Lanes
        range={range}
        untilMs={charts.nowMs ?? range.toMs}
        incidents={charts.incidents}
        anomalies={charts.anomalies}
        events={charts.events}
      />
    </>
  );
}

interface OneChartProps {
  deviceId: string;
  metric: string;
  newest: NewestValue | undefined;
  charts: ReturnType<typeof useCharts>;
  range: Range;
  view: View;
}

const NO_POINTS: never[] = [];

function OneChart({ deviceId, metric, newest, charts, range, view }: OneChartProps) {
  const { anomalies, incidents, thresholds, other, usual, nowMs } = charts;
  const spans = useMemo(() => spansOf(anomalies, metric, nowMs), [anomalies, metric, nowMs]);
  const limits = useMemo(() => limitsOf(thresholds, metric), [thresholds, metric]);
  const moments = useMemo(() => momentsOf(incidents), [incidents]);
  const own = charts.series.data?.series.find((one) => one.metric === metric);
  const otherPoints = other?.data?.series.find((one) => one.metric === metric)?.points;
  const shiftMs = other?.shiftMs ?? 0;
  const compared = useMemo(
    () => (otherPoints ? { points: otherPoints, shiftMs, name: m.charts.other } : undefined),
    [otherPoints, shiftMs],
  );
  const about = charts.registry.get(metric);
  const normal = useMemo(() => normalOf(usual, metric, about), [usual, metric, about]);
  const prediction = charts.predictions.find((one) => one.metric === metric);
  const { toMs } = range;
  const forecast = useMemo(
    () => (prediction && nowMs !== null ? forecastOf(prediction, nowMs, toMs) : undefined),
    [prediction, nowMs, toMs],
  );
  return (
    <MetricChart
      deviceId={deviceId}
      metric={metric}
      about={about}
      newest={newest}
      points={own?.points ?? NO_POINTS}
      note={own?.note}
      widthMs={charts.widthMs}
      other={compared}
      normal={normal}
      forecast={forecast}
      prediction={prediction}
      range={range}
      spans={spans}
      limits={limits}
      moments={moments}
      onRange={view.showRange}
      onReset={() => view.showSpan(view.search.span ?? "24h")}
    />
  );
}

/** The time to come, as long as what is shown of the past. */
function AheadChoice({ view }: { view: View }) {
  return (
    <label className="inline-flex items-center gap-2 pointer-coarse:min-h-11">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={view.search.ahead === "true"}
        onChange={({ target }) => view.change({ ahead: target.checked ? "true" : undefined })}
      />
      {m.charts.ahead}
    </label>
  );
}
