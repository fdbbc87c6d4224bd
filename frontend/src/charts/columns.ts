/** What a chart draws, column by column; pure. */

export interface Point {
  at: string;
  low: number;
  high: number;
  mean: number;
}

export type Value = number | null | undefined;

/** A null is a gap: nothing was heard. */
export interface Columns {
  at: number[];
  low: (number | null)[];
  high: (number | null)[];
  mean: (number | null)[];
}

/** So many times the usual distance between two points is a gap. */
const GAP_TIMES = 3.5;

/** `leastMs`: the width that a point stands for; closer points leave no gap between them. */
export function columnsOf(points: readonly Point[], leastMs: number, shiftMs = 0): Columns {
  const columns: Columns = { at: [], low: [], high: [], mean: [] };
  const moments = points.map(({ at }) => Date.parse(at) + shiftMs);
  const gapMs = GAP_TIMES * Math.max(usualStep(moments), leastMs);
  points.forEach(({ low, high, mean }, index) => {
    const at = moments[index] ?? 0;
    const before = moments[index - 1];
    if (before !== undefined && at - before > gapMs) {
      push(columns, Math.round((before + at) / 2), null, null, null);
    }
    push(columns, at, low, high, mean);
  });
  return columns;
}

function push(
  { at, low, high, mean }: Columns,
  moment: number,
  lowest: number | null,
  highest: number | null,
  middle: number | null,
): void {
  at.push(moment);
  low.push(lowest);
  high.push(highest);
  mean.push(middle);
}

/** The middle one of the distances between neighbours. */
function usualStep(moments: readonly number[]): number {
  const steps = moments.slice(1).map((at, index) => at - (moments[index] ?? at));
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 0;
}

/** Two or more sets of columns over one time axis; where a set says nothing, there is no gap. */
export function joined(tables: readonly (readonly [number[], ...Value[][]])[]): {
  at: number[];
  values: Value[][];
} {
  const at = [...new Set(tables.flatMap(([own]) => own))].sort((a, b) => a - b);
  const places = new Map(at.map((moment, index) => [moment, index]));
  const values = tables.flatMap(([own, ...columns]) =>
    columns.map((column) => {
      const spread = new Array<Value>(at.length);
      own.forEach((moment, index) => {
        const place = places.get(moment);
        if (place !== undefined) spread[place] = column[index];
      });
      return spread;
    }),
  );
  return { at, values };
}

/** A limit farther off than this would press what is measured into a line. */
const LIMIT_REACH = 0.5;

/** From the lowest to the highest of all that is drawn, with the lines that are near. */
export function heightOf(
  lowest: number,
  highest: number,
  lines: readonly number[],
): [number, number] {
  if (!Number.isFinite(lowest) || !Number.isFinite(highest)) return [0, 1];
  const height = highest - lowest || Math.max(Math.abs(highest) * 0.1, 1);
  const reach = height * LIMIT_REACH;
  const near = lines.filter((at) => at > lowest - reach && at < highest + reach);
  const bottom = Math.min(lowest, ...near);
  const top = Math.max(highest, ...near);
  const air = (top - bottom || height) * 0.08;
  // What cannot be below nothing is not shown below nothing.
  const floor = lowest >= 0 && bottom >= 0 ? Math.max(0, bottom - air) : bottom - air;
  return [floor, top + air];
}
