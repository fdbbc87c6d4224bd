import type { Hours } from "./types";

/** The same hours on some days, as a person thinks of them. */
export interface Span {
  days: number[];
  start: string;
  end: string;
}

export const WORKING_HOURS: Span = { days: [0, 1, 2, 3, 4], start: "08:00", end: "18:00" };

/** Days with the same hours stand together. */
export function toSpans(hours: readonly Hours[]): Span[] {
  const spans = new Map<string, Span>();
  for (const { weekday, start, end } of hours) {
    const key = `${start} ${end}`;
    const span = spans.get(key) ?? { days: [], start, end };
    span.days.push(weekday);
    spans.set(key, span);
  }
  return [...spans.values()];
}

export function toHours(spans: readonly Span[]): Hours[] {
  return spans.flatMap(({ days, start, end }) =>
    days.toSorted((a, b) => a - b).map((weekday) => ({ weekday, start, end })),
  );
}
