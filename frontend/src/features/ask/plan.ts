/** The plan of an answer as the server shows it; what is not known here is sent back unchanged. */
export interface MachinePlan {
  ask: string;
  scope?: Scope;
  where?: Condition[];
  measure?: Measure;
  window?: Window;
  order?: "most" | "least";
  limit?: number;
  [rest: string]: unknown;
}

const NAMES = ["sites", "types", "devices", "places", "tags", "name_has"] as const;
export type ScopeName = (typeof NAMES)[number];
export type Scope = { [name in ScopeName]?: string[] } & { [rest: string]: unknown };

export interface Measure {
  kind: string;
  aggregate?: string;
  [rest: string]: unknown;
}

export interface Condition {
  measure: Measure;
  compare: string;
  value?: unknown;
  high?: number;
  [rest: string]: unknown;
}

export interface Window {
  kind: string;
  [rest: string]: unknown;
}

/** Aggregates that need nothing else than the metric: one can stand for another. */
export const AGGREGATES = [
  "newest",
  "average",
  "median",
  "minimum",
  "maximum",
  "sum",
  "count",
  "change",
  "change_percent",
] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export const isAggregate = (name: string | undefined): name is Aggregate =>
  AGGREGATES.some((known) => known === name);

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

/** The windows that are offered, by the word under which they stand in a list. */
export const WINDOWS = {
  hour: { kind: "rolling", length_s: HOUR_S },
  day: { kind: "rolling", length_s: DAY_S },
  week: { kind: "rolling", length_s: 7 * DAY_S },
  month: { kind: "rolling", length_s: 30 * DAY_S },
  today: { kind: "calendar", unit: "day", offset: 0 },
  yesterday: { kind: "calendar", unit: "day", offset: -1 },
  thisWeek: { kind: "calendar", unit: "week", offset: 0 },
  lastWeek: { kind: "calendar", unit: "week", offset: -1 },
} as const satisfies Record<string, Window>;
export type WindowName = keyof typeof WINDOWS;

/** Under which word a window is offered, if it is one of them. */
export function windowName(window: Window | undefined): WindowName | undefined {
  const entries = Object.entries(WINDOWS) as [WindowName, Window][];
  return entries.find(([, known]) => window && isThat(window, known))?.[0];
}

/** What a window says beyond a known one must be what is meant without it. */
function isThat(window: Window, known: Window): boolean {
  const unsaid: Record<string, unknown> = { before_s: 0, count: 1 };
  return Object.entries({ ...window, ...known }).every(
    ([name]) => window[name] === (known[name] ?? unsaid[name]),
  );
}

export const withAggregate = (plan: MachinePlan, aggregate: Aggregate): MachinePlan =>
  plan.measure ? { ...plan, measure: { ...plan.measure, aggregate } } : plan;

export const withWindow = (plan: MachinePlan, name: WindowName): MachinePlan => ({
  ...plan,
  window: WINDOWS[name],
});

export const withLimit = (plan: MachinePlan, limit: number): MachinePlan => ({ ...plan, limit });

export const turnedRound = (plan: MachinePlan): MachinePlan => ({
  ...plan,
  order: plan.order === "least" ? "most" : "least",
});

/** Every name that narrows down which devices are meant. */
export function scopeNames({ scope = {} }: MachinePlan): { name: ScopeName; value: string }[] {
  return NAMES.flatMap((name) => (scope[name] ?? []).map((value) => ({ name, value })));
}

export function withoutScope(plan: MachinePlan, name: ScopeName, value: string): MachinePlan {
  const left = plan.scope?.[name]?.filter((one) => one !== value) ?? [];
  return { ...plan, scope: { ...plan.scope, [name]: left } };
}

export const withoutCondition = (plan: MachinePlan, index: number): MachinePlan => ({
  ...plan,
  where: plan.where?.filter((_, place) => place !== index) ?? [],
});

/** What a measure is about, in the word that stands for it: a metric, a kind of record... */
export function aboutOf(measure: Measure): string {
  const metrics = measure.metrics;
  if (Array.isArray(metrics) && metrics.length > 0) return metrics.join(", ");
  const { record, attribute, aspect, kind } = measure;
  const word = [record, attribute, aspect].find((one) => typeof one === "string");
  return String(word ?? kind).replaceAll("_", " ");
}

export function conditionWords({ measure, compare, value, high }: Condition): string {
  // A yes or no needs no more words than its own.
  const isYes = compare === "=" && (value === true || value === undefined);
  if (isYes) return aboutOf(measure);
  const ends = [value, high].filter((one) => one !== undefined && one !== null).map(String);
  return [aboutOf(measure), compare, ends.join(" – ")].filter(Boolean).join(" ");
}
