import type { Overview } from "@/api/types";
import { m } from "@/messages";
import type { Tone } from "@/ui/Badge";

export interface Verdict {
  tone: Tone;
  words: string;
}

/** "Is all well?", answered in one line. */
export function verdictOf({ numbers, trouble }: Overview): Verdict {
  const waiting = trouble.critical + trouble.warning + trouble.info - trouble.confirmed;
  if (waiting > 0) {
    return { tone: trouble.critical > 0 ? "critical" : "warn", words: m.overview.trouble(waiting) };
  }
  if (trouble.confirmed > 0) return { tone: "warn", words: m.overview.watched };
  const uneasy = numbers.health.critical + numbers.health.warning + numbers.connectivity.offline;
  if (uneasy > 0) return { tone: "warn", words: m.overview.uneasy };
  // What has not been judged is not said to be well.
  const { unknown, healthy } = numbers.health;
  if (unknown > 0 && healthy === 0) return { tone: "unknown", words: m.overview.learning };
  if (unknown > 0) return { tone: "unknown", words: m.overview.wellSoFar(unknown) };
  return { tone: "ok", words: m.overview.allWell };
}
