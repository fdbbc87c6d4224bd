import {
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatQuantity,
  formatRatio,
  formatSpan,
} from "@/lib/format";
import { m } from "@/messages";
import type { Figure } from "./api";

const BEHIND = "behind:";

export function labelOf({ name }: Figure): string {
  if (name.startsWith(BEHIND)) return m.status.behind(name.slice(BEHIND.length));
  return m.status.figure[name] ?? name;
}

/** With its unit; null where it is the age of a moment. */
export function wordsOf({ value, unit, at }: Figure): string | null {
  if (value === null) return at === null ? m.status.notMeasured : null;
  switch (unit) {
    case "bytes":
      return formatBytes(value);
    case "ms":
      return formatMilliseconds(value);
    case "s":
      return formatSpan(value, "exact");
    case "share":
      return formatRatio(value);
    case "per_s":
      return m.status.perSecond(formatQuantity(value, null));
    case "count":
      return formatCount(value);
  }
}
