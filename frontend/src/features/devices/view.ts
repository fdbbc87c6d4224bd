import { type RangeSearch, readRangeSearch } from "@/charts/range";
import { oneOf } from "./search";

export const EARLIER = ["span", "day", "week"] as const;
export type Earlier = (typeof EARLIER)[number];

/** What of a device's page stands in the address: a link leads to exactly these charts. */
export interface ViewSearch extends RangeSearch {
  /** The chosen metrics, with commas; absent: those that matter most. */
  metrics?: string | undefined;
  /** Compared with the same device so much earlier. */
  before?: Earlier | undefined;
  /** Compared with another device. */
  beside?: string | undefined;
  /** The time to come is shown too. */
  ahead?: "true" | undefined;
}

export const METRICS_MAX = 8;
const METRIC = /^[a-z][a-z0-9_]{0,62}$/;
const DEVICE_LENGTH_MAX = 64;

export function readViewSearch(raw: Record<string, unknown>): ViewSearch {
  const beside = raw.beside;
  const isDevice =
    typeof beside === "string" && beside !== "" && beside.length <= DEVICE_LENGTH_MAX;
  const before = oneOf(EARLIER, raw.before);
  return {
    ...readRangeSearch(raw),
    metrics: metricsOf(raw.metrics).join(",") || undefined,
    before,
    beside: isDevice && !before ? beside : undefined,
    ahead: raw.ahead === "true" ? "true" : undefined,
  };
}

export function metricsOf(text: unknown): string[] {
  if (typeof text !== "string") return [];
  const names = text.split(",").filter((name) => METRIC.test(name));
  return [...new Set(names)].slice(0, METRICS_MAX);
}
