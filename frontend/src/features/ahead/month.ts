/** A month as a calendar has it: whole weeks from Monday on, in the reader's own timezone. */

export interface Day {
  /** Such as 2026-04-09. */
  key: string;
  number: number;
  isOfMonth: boolean;
}

const WEEK = 7;
const two = (number: number): string => String(number).padStart(2, "0");

export function dayKey(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export const monthKey = (at: Date): string => dayKey(at).slice(0, 7);

const firstOf = (month: string): Date => {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(year, number - 1, 1);
};

export function monthBeside(month: string, by: number): string {
  const first = firstOf(month);
  return monthKey(new Date(first.getFullYear(), first.getMonth() + by, 1));
}

export function monthName(month: string): string {
  const form = { month: "long", year: "numeric" } as const;
  return new Intl.DateTimeFormat(undefined, form).format(firstOf(month));
}

export function weeksOf(month: string): Day[][] {
  const first = firstOf(month);
  const before = (first.getDay() + WEEK - 1) % WEEK;
  const length = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate();
  const weeks = Math.ceil((before + length) / WEEK);
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: WEEK }, (_, day) => {
      const place = week * WEEK + day - before + 1;
      const at = new Date(first.getFullYear(), first.getMonth(), place);
      return { key: dayKey(at), number: at.getDate(), isOfMonth: monthKey(at) === month };
    }),
  );
}

/** Monday to Sunday in the reader's language. */
export function weekdayNames(): string[] {
  const form = new Intl.DateTimeFormat(undefined, { weekday: "short" });
  // The first of January 2024 was a Monday.
  return Array.from({ length: WEEK }, (_, day) => form.format(new Date(2024, 0, 1 + day)));
}

export function byDay<T extends { due_at: string }>(terms: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const term of terms) {
    const key = dayKey(new Date(term.due_at));
    found.set(key, [...(found.get(key) ?? []), term]);
  }
  return found;
}
