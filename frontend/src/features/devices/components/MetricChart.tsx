import { Link } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import type uPlot from "uplot";
import { momentLabel } from "@/charts/axis";
import { columnsOf, type Point } from "@/charts/columns";
import { LineChart } from "@/charts/LineChart";
import type { ChartLimit, ChartMoment, ChartSpan } from "@/charts/marks";
import type { Range } from "@/charts/range";
import type { Field } from "@/charts/series";
import { formatQuantity, formatRatio, formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import type { NewestValue, Registered } from "../chosen";
import type { Prediction } from "../marks";
import { NumbersTable } from "./NumbersTable";

export interface MetricChartProps {
  deviceId: string;
  metric: string;
  about: Registered | undefined;
  newest: NewestValue | undefined;
  points: readonly Point[];
  note: string | null | undefined;
  /** What one point stands for, at least. */
  widthMs: number;
  other: { points: readonly Point[]; shiftMs: number; name: string } | undefined;
  normal: Field | undefined;
  forecast: Field | undefined;
  prediction: Prediction | undefined;
  range: Range;
  spans: readonly ChartSpan[];
  limits: readonly ChartLimit[];
  moments: readonly ChartMoment[];
  onRange: (range: Range, how: "choose" | "move") => void;
  onReset: () => void;
}

/** One metric: its newest value with its age, and how it went. */
export function MetricChart(props: MetricChartProps) {
  const { metric, about, newest, points, widthMs, other, normal, forecast, range } = props;
  const unit = about?.unit ?? null;
  const name = about?.label ?? metric;
  const under = useRef<HTMLSpanElement>(null);
  const drawn = useMemo(
    () => ({
      own: columnsOf(points, widthMs),
      normal,
      other: other && columnsOf(other.points, widthMs, other.shiftMs),
      forecast,
    }),
    [points, widthMs, normal, other, forecast],
  );
  const onPoint = useCallback(
    (u: uPlot, index: number | null) => {
      if (under.current) under.current.textContent = underPointer(u, index, unit);
    },
    [unit],
  );
  const told = newest ? formatQuantity(newest.value, unit) : m.charts.noValue;
  const label = m.charts.chartLabel(
    name,
    told,
    m.charts.from(momentLabel(range.fromMs), momentLabel(range.toMs)),
  );
  return (
    <section aria-label={name} className="border-t border-line pt-3 pb-2">
      <header className="flex min-h-6 flex-wrap items-baseline gap-x-3 px-4 sm:px-5">
        <h3 className="font-medium">{name}</h3>
        <strong className="num text-base font-semibold">{told}</strong>
        {newest && <Age at={newest.at} className="text-xs text-muted" />}
        {props.limits.length === 0 && about && about.kind !== "counter" && (
          <NoLimit deviceId={props.deviceId} />
        )}
        <span ref={under} aria-hidden="true" className="num ml-auto text-xs text-muted" />
      </header>
      {points.length === 0 && !other?.points.length ? (
        <p className="px-4 py-6 text-muted sm:px-5">{props.note ?? m.charts.nothing}</p>
      ) : (
        <LineChart
          label={label}
          describedBy="charts-keys"
          group="device"
          className="h-40 sm:h-48"
          drawn={drawn}
          range={range}
          spans={props.spans}
          limits={props.limits}
          moments={props.moments}
          onRange={props.onRange}
          onReset={props.onReset}
          onPoint={onPoint}
        />
      )}
      {props.prediction && <Foreseen prediction={props.prediction} />}
      <NumbersTable name={name} unit={unit} points={points} other={other} />
    </section>
  );
}

/** Where a cold room and a warm one have no limit in common, none is made up. */
function NoLimit({ deviceId }: { deviceId: string }) {
  return (
    <Link
      to="/devices/$deviceId/limits"
      params={{ deviceId }}
      className="text-xs text-muted underline hover:text-ink"
    >
      {m.charts.noLimit}
    </Link>
  );
}

function Foreseen({ prediction }: { prediction: Prediction }) {
  const { limit, unit, crosses_at, lower, upper, chance_30d } = prediction;
  return (
    <p className="px-4 pb-1 text-warn sm:px-5">
      {m.charts.foreseen(
        formatQuantity(limit, unit),
        formatShortDateTime(crosses_at),
        formatShortDateTime(lower),
        formatShortDateTime(upper),
        formatRatio(chance_30d),
      )}
    </p>
  );
}

/** Said while the pointer moves, so it goes round React. */
function underPointer(u: uPlot, index: number | null, unit: string | null): string {
  if (index === null) return "";
  const at = u.data[0][index];
  const [low, high, mean] = [u.data[1]?.[index], u.data[2]?.[index], u.data[3]?.[index]];
  if (at === undefined || mean == null) return "";
  const isOne = low === high || low == null || high == null;
  const spread = isOne
    ? ""
    : ` (${m.charts.between(formatQuantity(low, unit), formatQuantity(high, unit))})`;
  return `${momentLabel(at)}: ${formatQuantity(mean, unit)}${spread}`;
}
