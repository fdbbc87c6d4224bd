import type uPlot from "uplot";
import { type Columns, heightOf, joined, type Value } from "./columns";
import { faint, type Theme } from "./theme";

/** What is usual, or what is foreseen: a field from low to high, and perhaps the middle of it. */
export interface Field {
  at: number[];
  low: Value[];
  high: Value[];
  middle?: Value[];
}

export interface Drawn {
  own: Columns;
  normal?: Field | undefined;
  other?: Columns | undefined;
  forecast?: Field | undefined;
}

/** Which layers a chart has: where that stays the same, new values need no new chart. */
export const layersOf = ({ normal, other, forecast }: Drawn): string =>
  [normal && "normal", other && "other", forecast && "forecast"].filter(Boolean).join(" ");

/** In the order of the layers: own low, high and mean; then normal, other, forecast. */
export function dataOf({ own, normal, other, forecast }: Drawn): uPlot.AlignedData {
  const tables: [number[], ...Value[][]][] = [[own.at, own.low, own.high, own.mean]];
  if (normal) tables.push([normal.at, normal.low, normal.high]);
  if (other) tables.push([other.at, other.mean]);
  if (forecast) {
    tables.push([forecast.at, forecast.low, forecast.high, forecast.middle ?? []]);
  }
  if (tables.length === 1) return [own.at, own.low, own.high, own.mean];
  const { at, values } = joined(tables);
  return [at, ...values] as uPlot.AlignedData;
}

const HIDDEN = { scale: "y", stroke: "transparent", width: 0, points: { show: false } } as const;

/** The theme is read when it is drawn, so that dark and light need no new chart. */
export function seriesOf(
  drawn: Drawn,
  theme: () => Theme,
): { series: uPlot.Series[]; bands: uPlot.Band[] } {
  const series: uPlot.Series[] = [{}, { ...HIDDEN }, { ...HIDDEN }];
  const bands: uPlot.Band[] = [];
  const between = (high: number, role: "accent" | "ink" | "warn", percent: number): void => {
    bands.push({ series: [high, high - 1], fill: () => faint(theme()[role], percent) });
  };
  between(2, "accent", 24);
  series.push({ scale: "y", stroke: () => theme().accent, width: 1.75, points: isolated(theme) });
  if (drawn.normal) {
    series.push({ ...HIDDEN }, { ...HIDDEN });
    between(series.length - 1, "ink", 9);
  }
  if (drawn.other) {
    series.push({
      scale: "y",
      stroke: () => theme().muted,
      width: 1.5,
      dash: [5, 4],
      points: { show: false },
    });
  }
  if (drawn.forecast) {
    series.push({ ...HIDDEN }, { ...HIDDEN });
    between(series.length - 1, "warn", 18);
    const stroke = () => theme().warn;
    series.push({ scale: "y", stroke, width: 1.75, dash: [8, 4], points: { show: false } });
  }
  return { series, bands };
}

/** Points are shown only where no line can be: alone between two gaps. */
function isolated(theme: () => Theme): uPlot.Series.Points {
  return {
    size: 5,
    stroke: () => theme().accent,
    fill: () => theme().accent,
    filter: (u, index, show) => (show ? null : lonely(u.data[index] as Value[])),
  };
}

function lonely(values: readonly Value[]): number[] {
  const alone: number[] = [];
  const isBare = (at: number) => values[at] === null || at < 0 || at >= values.length;
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] != null && isBare(at - 1) && isBare(at + 1)) alone.push(at);
  }
  return alone;
}

/** The height that shows all of this stretch of time, and the limits near it. */
export function heightIn(
  data: uPlot.AlignedData,
  fromMs: number,
  toMs: number,
  lines: readonly number[],
): [number, number] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  const [at, ...columns] = data;
  const end = firstFrom(at, toMs + 1);
  for (let index = firstFrom(at, fromMs); index < end; index += 1) {
    for (const column of columns) {
      const value = column[index];
      if (value == null) continue;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
  }
  return heightOf(lowest, highest, lines);
}

/** The place of the first moment that is not before this one. */
function firstFrom(at: uPlot.AlignedData[0], ms: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
