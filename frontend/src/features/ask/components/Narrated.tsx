import type { Narration } from "@/api/types";
import { m } from "@/messages";

/** What became of a model's words, where they are not all there: small, below the answer. */
export function Narrated({ narration }: { narration: Narration | undefined }) {
  const said = narration && wordsOf(narration);
  if (!said) return null;
  if (narration.reasons.length === 0) return <p className="text-xs text-muted">{said}</p>;
  return (
    <details className="text-xs text-muted">
      <summary className="min-h-6 cursor-pointer py-1 hover:text-ink">{said}</summary>
      <ul className="mt-1 list-disc pl-5">
        {narration.reasons.map((one) => (
          <li key={one} className="wrap-anywhere">
            {one}
          </li>
        ))}
      </ul>
    </details>
  );
}

function wordsOf({ state, reasons, model }: Narration): string | null {
  const words = m.ask.narration;
  switch (state) {
    case "under_way":
      return words.underWay;
    case "refused":
      return words.refused(model ?? words.aModel);
    case "too_slow":
      return words.tooSlow;
    case "away":
      return words.away;
    case "shown":
      return reasons.length > 0 ? words.cutShort(model ?? words.aModel) : null;
    case "not_asked":
      return null;
  }
}
