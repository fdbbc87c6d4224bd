import { m } from "@/messages";

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "always", style: "short" });
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const shortDateTime = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const dateOnly = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const calendarDate = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });

/** "12 s ago" or "in 3 days", in the words of the user's locale. */
export function formatAge(nowMs: number, then: string): string {
  const seconds = Math.round((Date.parse(then) - nowMs) / 1000);
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  // A device's clock may run a little ahead of ours: that is not the future.
  return Math.abs(seconds) < 5 ? m.time.justNow : relative.format(seconds, "second");
}

const SPANS: readonly [string, number][] = [...UNITS, ["second", 1]];

function unitOf(amount: number, unit: string): string {
  const form = { style: "unit", unit, unitDisplay: "short" } as const;
  return new Intl.NumberFormat(undefined, form).format(amount);
}

/** A bare length of time, "12 s" or "3 min"; exact adds what is left over: "1 min 30 s". */
export function formatSpan(seconds: number, precision: "rough" | "exact" = "rough"): string {
  const whole = Math.max(0, Math.floor(seconds));
  const index = SPANS.findIndex(([, size]) => whole >= size);
  const [unit, size] = SPANS[index] ?? ["second", 1];
  const words = unitOf(Math.floor(whole / size), unit);
  const smaller = SPANS[index + 1];
  const rest = smaller ? Math.floor((whole % size) / smaller[1]) : 0;
  return precision === "exact" && smaller && rest > 0
    ? `${words} ${unitOf(rest, smaller[0])}`
    : words;
}

export const formatDateTime = (at: string): string => dateTime.format(new Date(at));
export const formatShortDateTime = (at: string): string => shortDateTime.format(new Date(at));
/** The time of day, as a clock on the wall shows it. */
export const formatClock = (at: Date): string => clock.format(at);
export const formatDate = (at: string): string => dateOnly.format(new Date(at));
/** A calendar date ("2026-03-01") is the same day in every timezone. */
export const formatCalendarDate = (day: string): string => calendarDate.format(new Date(day));
export const formatCount = (count: number): string => new Intl.NumberFormat().format(count);

/** Rounded down: "100 %" is said only of all. */
export function formatRatio(ratio: number): string {
  const form = { style: "percent", maximumFractionDigits: 1, roundingMode: "floor" } as const;
  return new Intl.NumberFormat(undefined, form).format(ratio);
}

export function formatMoney(amount: string | number, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(Number(amount));
}

/** The hour on the wall of a site, or null where the browser does not know the timezone. */
export function formatTimeAt(timezone: string, nowMs: number): string | null {
  try {
    return new Intl.DateTimeFormat(undefined, {
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      timeZone: timezone,
    }).format(nowMs);
  } catch {
    return null;
  }
}

const quantity = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const smallQuantity = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });

/** A number with its unit; a length of time in seconds as hours and minutes. */
export function formatQuantity(amount: number, unit: string | null): string {
  if (unit === "s" && amount >= 120) return formatSpan(amount, "exact");
  const isSmall = amount !== 0 && Math.abs(amount) < 0.1;
  const figure = (isSmall ? smallQuantity : quantity).format(amount);
  return unit && unit !== "1" ? `${figure} ${unit}` : figure;
}

const significant = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });
const BYTES: readonly [string, number][] = [
  ["TB", 1e12],
  ["GB", 1e9],
  ["MB", 1e6],
  ["kB", 1e3],
];

/** A measured value in the unit in which people say one of that size: "3.457 MB/s", "21.5 °C". */
export function formatFigure(value: number, unit: string): string {
  const size = Math.abs(value);
  if (unit === "s" && size >= 120) return formatSpan(size, "exact");
  const larger = unit === "B" || unit === "B/s" ? BYTES.find(([, least]) => size >= least) : null;
  if (larger) return `${significant.format(value / larger[1])} ${larger[0]}${unit.slice(1)}`;
  return `${significant.format(value)} ${unit}`.trim();
}

const ROOM: readonly [string, number][] = [
  ["terabyte", 1e12],
  ["gigabyte", 1e9],
  ["megabyte", 1e6],
  ["kilobyte", 1e3],
];

/** How much room something takes: "98 MB", "1.4 GB". */
export function formatBytes(bytes: number): string {
  const [unit, size] = ROOM.find(([, one]) => bytes >= one) ?? ["byte", 1];
  const digits = bytes / size < 10 ? 1 : 0;
  const form = { style: "unit", unit, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(undefined, form).format(bytes / size);
}

const MS_IN_S = 1_000;

/** How long something took: "85 ms", "1.4 s". */
export function formatMilliseconds(ms: number): string {
  const isLong = ms >= MS_IN_S;
  const form = { style: "unit", unit: isLong ? "second" : "millisecond" } as const;
  const figure = isLong ? ms / MS_IN_S : ms;
  return new Intl.NumberFormat(undefined, { ...form, maximumFractionDigits: 1 }).format(figure);
}
