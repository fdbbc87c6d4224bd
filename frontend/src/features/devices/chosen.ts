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

/** What a device of a type is there for, the first first. */
const PURPOSE: Readonly<Record<string, readonly string[]>> = {
  pos_terminal: ["transaction_count", "error_rate", "cpu_percent"],
  iot_sensor: ["temperature_celsius", "humidity_percent", "pressure_hpa"],
  industrial_controller: ["vibration_mm_s", "temperature_celsius", "power_watts"],
  gateway: ["network_latency_ms", "packet_loss_percent", "active_connections"],
  tablet: ["battery_percent", "signal_strength_dbm", "cpu_percent"],
  server: ["cpu_percent", "memory_percent", "disk_percent"],
};

/** Without a choice: what deviates now, what its type is for, what has a limit; counters last. */
export function usualChoice(
  reported: readonly string[],
  deviating: ReadonlySet<string>,
  limited: ReadonlySet<string>,
  registry: ReadonlyMap<string, Registered>,
  type?: string,
): string[] {
  const purpose = (type && PURPOSE[type]) || [];
  const rank = (name: string): number => {
    if (deviating.has(name)) return -1;
    if (purpose.includes(name)) return purpose.indexOf(name);
    if (registry.get(name)?.kind === "counter") return 12;
    return limited.has(name) ? 10 : 11;
  };
  return [...reported].sort((a, b) => rank(a) - rank(b)).slice(0, SHOWN_AT_FIRST);
}
