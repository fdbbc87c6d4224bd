import type { DeviceType } from "@/api/types";
import { textOf } from "@/ui/forms";
import type { TypeChange } from "./api";

export const LIMITS = [
  "critical_below",
  "warning_below",
  "warning_above",
  "critical_above",
] as const;

export type Limit = (typeof LIMITS)[number];

export const fieldOf = (metric: string, limit: Limit): string => `${metric} ${limit}`;

const numberOf = (text: string): number | null => (text === "" ? null : Number(text));

/** All that is said of a type, with what the form changed: it takes the place of the old words. */
export function changedType(type: DeviceType, form: FormData): TypeChange {
  const metrics: Record<string, unknown> = { ...type.own.metrics };
  for (const metric of type.metrics) {
    const changed = LIMITS.map(
      (limit) => [limit, numberOf(textOf(form, fieldOf(metric.name, limit)))] as const,
    ).filter(([limit, value]) => value !== metric[limit]);
    if (changed.length === 0) continue;
    metrics[metric.name] = {
      ...(type.own.metrics[metric.name] ?? {}),
      ...Object.fromEntries(changed),
    };
  }
  return { label: type.own.label, metrics } as TypeChange;
}
