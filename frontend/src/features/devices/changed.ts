import type { DeviceDetail } from "@/api/types";
import { LIMITS } from "@/features/settings/limits";
import { textOf } from "@/ui/forms";
import type { DeviceChange, OwnThresholds, Thresholds } from "./careApi";

export const TEXTS = ["location", "serial", "firmware"] as const;
export const DAYS = ["installed_on", "warranty_until"] as const;

export const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];

/** Only what is no longer as it was; an emptied field is cleared. */
export function changedDevice(device: DeviceDetail, form: FormData): DeviceChange {
  const change: DeviceChange = { version: device.version };
  const name = textOf(form, "name");
  if (name !== device.name) change.name = name;
  const type = textOf(form, "type");
  if (type !== device.type) change.type = type;
  for (const field of [...TEXTS, ...DAYS]) {
    const said = textOf(form, field) || null;
    if (said !== (device[field] || null)) change[field] = said;
  }
  const tags = tagsOf(textOf(form, "tags"));
  if (tags.join() !== device.tags.join()) change.tags = tags;
  return change;
}

type MetricLimits = NonNullable<OwnThresholds["limits"]>[string];

/** What is said of a device with what the form changed; the rest goes on following its type. */
export function changedLimits(
  found: Thresholds,
  metrics: readonly string[],
  form: FormData,
): OwnThresholds {
  const limits: Record<string, MetricLimits> = { ...found.said.limits };
  for (const metric of metrics) {
    const held = found.limits.find((one) => one.metric === metric);
    const changed = LIMITS.flatMap((limit) => {
      const text = textOf(form, `${metric} ${limit}`);
      const value = text === "" ? null : Number(text);
      return value === (held?.[limit] ?? null) ? [] : [[limit, value] as const];
    });
    if (changed.length > 0) {
      limits[metric] = { ...limits[metric], ...Object.fromEntries(changed) } as MetricLimits;
    }
  }
  return { health: found.said.health ?? null, limits };
}
