import type { components } from "@/api/schema";

type Newest = components["schemas"]["NewestOut"];
export type Registered = components["schemas"]["RegisteredOut"];

export interface NewestValue {
  metric: string;
  value: number;
  at: string;
}

const SHOWN_AT_FIRST = 3;

/** The newest value of each metric, by name; a device may send its metrics apart. */
export function newestValues(items: readonly Newest[]): NewestValue[] {
  const found = new Map<string, NewestValue>();
  for (const { at, values } of items) {
    for (const [metric, value] of Object.entries(values)) {
      const known = found.get(metric);
      if (!known || known.at < at) found.set(metric, { metric, value, at });
    }
  }
  return [...found.values()].sort((a, b) => a.metric.localeCompare(b.metric));
}

/** Without a choice: what deviates now, what has a limit, then the rest; counters last. */
export function usualChoice(
  reported: readonly string[],
  deviating: ReadonlySet<string>,
  limited: ReadonlySet<string>,
  registry: ReadonlyMap<string, Registered>,
): string[] {
  const rank = (name: string): number => {
    if (deviating.has(name)) return 0;
    if (registry.get(name)?.kind === "counter") return 3;
    return limited.has(name) ? 1 : 2;
  };
  return [...reported].sort((a, b) => rank(a) - rank(b)).slice(0, SHOWN_AT_FIRST);
}
