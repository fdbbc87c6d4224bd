/** Which stretch of time a page shows, and how moving and zooming change it. */

export const SPANS = ["1h", "24h", "7d", "30d"] as const;
export type Span = (typeof SPANS)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const SPAN_MS: Readonly<Record<Span, number>> = {
  "1h": HOUR_MS,
  "24h": DAY_MS,
  "7d": 7 * DAY_MS,
  "30d": 30 * DAY_MS,
};
export const USUAL_SPAN: Span = "24h";
const SHORTEST_MS = MINUTE_MS;
const LONGEST_MS = 731 * DAY_MS;

/** As it stands in the address: a span that ends now, or two moments. */
export interface RangeSearch {
  span?: Span | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export interface Range {
  fromMs: number;
  toMs: number;
}

/** What makes no sense is left out; every name is told, as everywhere in an address. */
export function readRangeSearch(raw: Record<string, unknown>): RangeSearch {
  const fromMs = momentOf(raw.from);
  const toMs = momentOf(raw.to);
  if (fromMs !== null && toMs !== null && toMs - fromMs >= SHORTEST_MS) {
    return { span: undefined, ...searchOf({ fromMs, toMs }) };
  }
  const span = SPANS.find((one) => one === raw.span && one !== USUAL_SPAN);
  return { span, from: undefined, to: undefined };
}

/** Two moments that stay, or null where the page follows the present. */
export function fixedRange({ from, to }: RangeSearch): Range | null {
  const fromMs = momentOf(from);
  const toMs = momentOf(to);
  return fromMs === null || toMs === null ? null : { fromMs, toMs };
}

export function rangeOf(search: RangeSearch, nowMs: number): Range {
  const span = SPAN_MS[search.span ?? USUAL_SPAN];
  return fixedRange(search) ?? { fromMs: nowMs - span, toMs: nowMs };
}

export function searchOf({ fromMs, toMs }: Range): { from: string; to: string } {
  return { from: inSeconds(fromMs), to: inSeconds(toMs) };
}

/** A share of its own length to the later (or, negative, to the earlier); never past the present. */
export function moved({ fromMs, toMs }: Range, share: number, nowMs: number): Range {
  const by = Math.min((toMs - fromMs) * share, Math.max(0, nowMs - toMs));
  return { fromMs: fromMs + by, toMs: toMs + by };
}

/** Below 1 closer, above 1 further off; the moment it is about stays where it is. */
export function zoomed(range: Range, factor: number, aboutMs: number, nowMs: number): Range {
  const length = range.toMs - range.fromMs;
  const wanted = Math.min(Math.max(length * factor, SHORTEST_MS), LONGEST_MS);
  const part = (aboutMs - range.fromMs) / length;
  const fromMs = aboutMs - wanted * part;
  const past = Math.max(0, fromMs + wanted - Math.max(nowMs, range.toMs));
  return { fromMs: fromMs - past, toMs: fromMs + wanted - past };
}

function momentOf(value: unknown): number | null {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT/.test(value)) return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
}

const inSeconds = (ms: number): string =>
  new Date(Math.round(ms / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
