/** How moments are written under a chart: no more of a date than the reader needs. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const seconds = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const moment = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function timeLabels(moments: readonly number[], stepMs: number): string[] {
  if (stepMs >= DAY_MS) return moments.map((at) => day.format(at));
  const form = stepMs < MINUTE_MS ? seconds : clock;
  return moments.map((at) => (isMidnight(at) ? day.format(at) : form.format(at)));
}

export const momentLabel = (at: number): string => moment.format(at);

function isMidnight(at: number): boolean {
  const date = new Date(at);
  return date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
}

const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const plain = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 5 });

export const numberLabels = (numbers: readonly number[]): string[] =>
  numbers.map((one) => (Math.abs(one) >= 10_000 ? short : plain).format(one));
