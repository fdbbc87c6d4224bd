import type { components } from "@/api/schema";
import type { Anomaly, Incident } from "@/api/types";
import type { ChartLimit, ChartMoment, ChartSpan, MarkTone } from "@/charts/marks";
import type { Range } from "@/charts/range";
import type { Field } from "@/charts/series";
import { formatQuantity } from "@/lib/format";
import { m } from "@/messages";
import type { Registered } from "./chosen";

type Limit = components["schemas"]["LimitOut"];
export type Prediction = components["schemas"]["PredictionOut"];

const TONES: Record<Incident["severity"], MarkTone> = {
  critical: "critical",
  warning: "warn",
  info: "unknown",
};

/** When one metric was not as usual, in words; what goes on reaches to now where that is shown. */
export function spansOf(
  anomalies: readonly Anomaly[],
  metric: string,
  nowMs: number | null = null,
): ChartSpan[] {
  return anomalies
    .flatMap((anomaly) =>
      anomaly.metrics
        .filter(({ name }) => name === metric)
        .map(({ kind, since }) => ({
          fromMs: Date.parse(since),
          toMs: anomaly.ended_at === null ? nowMs : Date.parse(anomaly.ended_at),
          words: m.incidents.kind[kind],
          tone: TONES[anomaly.severity],
        })),
    )
    .sort((a, b) => a.fromMs - b.fromMs);
}

export const momentsOf = (incidents: readonly Incident[]): ChartMoment[] =>
  incidents.map(({ started_at, severity }) => ({
    atMs: Date.parse(started_at),
    tone: TONES[severity],
  }));

const LIMITS = [
  ["critical_above", "critical"],
  ["warning_above", "warn"],
  ["warning_below", "warn"],
  ["critical_below", "critical"],
] as const;

export function limitsOf(limits: readonly Limit[], metric: string): ChartLimit[] {
  const limit = limits.find((one) => one.metric === metric);
  if (!limit) return [];
  return LIMITS.flatMap(([name, tone]) => {
    const value = limit[name];
    if (value === null) return [];
    return [{ value, tone, words: m.charts.limit[name](formatQuantity(value, limit.unit)) }];
  });
}

/** From where it is now to the limit: the earliest and the latest way there, and the likely one. */
export function forecastOf(prediction: Prediction, nowMs: number, toMs: number): Field | undefined {
  if (toMs <= nowMs) return undefined;
  const { level, limit } = prediction;
  const ends = [prediction.lower, prediction.crosses_at, prediction.upper].map((at) =>
    Math.max(Date.parse(at), nowMs + 1),
  );
  const at = [...new Set([nowMs, ...ends.filter((end) => end < toMs), toMs])].sort((a, b) => a - b);
  const ways = ends.map((end) =>
    at.map((moment) => level + (limit - level) * Math.min(1, (moment - nowMs) / (end - nowMs))),
  );
  const [early = [], middle = [], late = []] = ways;
  const isRising = limit >= level;
  return { at, low: isRising ? late : early, high: isRising ? early : late, middle };
}

type UsualOfMetric = components["schemas"]["UsualOfMetricOut"];

/** Held to what a metric can be at all. */
export function normalOf(
  usual: readonly UsualOfMetric[],
  metric: string,
  about: Registered | undefined,
): Field | undefined {
  const points = usual.find((one) => one.metric === metric)?.points ?? [];
  if (points.length === 0) return undefined;
  const least = about?.range_low ?? Number.NEGATIVE_INFINITY;
  const most = about?.range_high ?? Number.POSITIVE_INFINITY;
  return {
    at: points.map(({ at }) => Date.parse(at)),
    low: points.map(({ low }) => Math.min(Math.max(low, least), most)),
    high: points.map(({ high }) => Math.max(Math.min(high, most), least)),
  };
}

interface Timed {
  started_at: string;
  ended_at: string | null;
}

/** Of these, what was going on in a stretch of time. */
export const within = <T extends Timed>(items: readonly T[], { fromMs, toMs }: Range): T[] =>
  items.filter(
    ({ started_at, ended_at }) =>
      Date.parse(started_at) < toMs && (ended_at === null || Date.parse(ended_at) >= fromMs),
  );
