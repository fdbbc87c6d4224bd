import { m } from "@/messages";

export const categoryOf = (category: string): string =>
  m.incidents.category[category as keyof typeof m.incidents.category] ?? category;

/** On the wall of the site: "07:00". */
export const hourOf = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;

const share = new Intl.NumberFormat(undefined, { style: "percent", maximumSignificantDigits: 2 });
const LEAST = 0.0001;

/** How often chance alone would show as much. */
export const byChance = (p: number): string =>
  p < LEAST ? `< ${share.format(LEAST)}` : share.format(p);

/** What a person typed is on the clock of their browser; nothing is null: now. */
export function momentOf(typed: string): string | null {
  const at = new Date(typed);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
