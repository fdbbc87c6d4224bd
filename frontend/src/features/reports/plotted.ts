import type { Columns } from "@/charts/columns";
import type { ChartLimit, ChartSpan } from "@/charts/marks";
import type { Range } from "@/charts/range";
import type { Drawn } from "@/charts/series";
import { m } from "@/messages";
import type { ReportContent, ReportPlot } from "./types";

/** As the paper has it: a wider step than this is a gap. */
const GAP_TIMES = 2.5;
const S = 1_000;

/** A plot of a report as a chart draws it: a point stands in the middle of its span. */
export function drawnOf({ points, width_s, band }: ReportPlot): Drawn {
  const own: Columns = { at: [], low: [], high: [], mean: [] };
  const normal = {
    at: [] as number[],
    low: [] as (number | null)[],
    high: [] as (number | null)[],
  };
  points.forEach(([at, low, mean, high], place) => {
    const before = points[place - 1]?.[0];
    if (before !== undefined && at - before > GAP_TIMES * width_s) {
      own.at.push((before + width_s) * S);
      for (const column of [own.low, own.mean, own.high]) column.push(null);
    }
    const middle = (at + width_s / 2) * S;
    own.at.push(middle);
    own.low.push(low);
    own.mean.push(mean);
    own.high.push(high);
    normal.at.push(middle);
    normal.low.push(band?.low[place] ?? null);
    normal.high.push(band?.high[place] ?? null);
  });
  return band ? { own, normal } : { own };
}

export const spansOf = ({ marks = [] }: ReportPlot): ChartSpan[] =>
  marks.map(({ start, end, severity }) => ({
    fromMs: Date.parse(start),
    toMs: Date.parse(end),
    words: m.report.unusual,
    tone: severity === "critical" ? "critical" : "warn",
  }));

export const limitsOf = ({ limits = [], unit }: ReportPlot): ChartLimit[] =>
  limits.map(({ severity, value }) => ({
    value,
    words: `${severityWord(severity)} ${value} ${unit}`.trim(),
    tone: severity === "critical" ? "critical" : "warn",
  }));

const severityWord = (severity: string): string =>
  severity === "critical" ? m.report.limit.critical : m.report.limit.warning;

export const rangeOfPeriod = ({ start, end }: ReportContent["period"]): Range => ({
  fromMs: Date.parse(start),
  toMs: Date.parse(end),
});

/** Within the period: there is nothing beyond it. */
export function within(wanted: Range, whole: Range): Range {
  const fromMs = Math.max(wanted.fromMs, whole.fromMs);
  const toMs = Math.min(wanted.toMs, whole.toMs);
  return toMs > fromMs ? { fromMs, toMs } : whole;
}
