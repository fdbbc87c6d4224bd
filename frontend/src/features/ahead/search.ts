export const WITHIN = [7, 14, 30] as const;
export type Within = (typeof WITHIN)[number];
export const USUAL_WITHIN: Within = 14;

export const VIEWS = ["risks", "schedule", "month"] as const;
export type View = (typeof VIEWS)[number];

export interface AheadSearch {
  view?: View | undefined;
  /** How many days ahead; absent: a fortnight. */
  within?: Within | undefined;
  site?: string | undefined;
  /** Also what is over. */
  all?: "true" | undefined;
  /** Of the calendar, such as 2026-04; absent: this one. */
  month?: string | undefined;
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const ID_LENGTH_MAX = 64;

/** Every name is told, also the absent ones: see the search of devices. */
export function readAheadSearch(raw: Record<string, unknown>): AheadSearch {
  const { view, within, site, all, month } = raw;
  const isSite = typeof site === "string" && site !== "" && site.length <= ID_LENGTH_MAX;
  return {
    view: VIEWS.find((one) => one === view && one !== "risks"),
    within: WITHIN.find((one) => one === Number(within) && one !== USUAL_WITHIN),
    site: isSite ? site : undefined,
    all: all === "true" ? all : undefined,
    month: typeof month === "string" && MONTH.test(month) ? month : undefined,
  };
}
