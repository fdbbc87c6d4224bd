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
/** What was not yet is not a gap in what is measured. */
const MOMENTS: ReadonlySet<string> = new Set(["newest_backup", "drilled", "looked"]);

export function labelOf({ name }: Figure): string {
  if (name.startsWith(BEHIND)) return m.status.behind(name.slice(BEHIND.length));
  return m.status.figure[name] ?? name;
}

/** With its unit; null where it is the age of a moment. */
export function wordsOf({ name, value, unit, at }: Figure): string | null {
  if (value === null && at !== null) return null;
  if (value === null) return MOMENTS.has(name) ? m.time.never : m.status.notMeasured;
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
