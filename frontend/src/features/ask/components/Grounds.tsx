import { Link } from "@tanstack/react-router";
import type { Reply } from "@/api/types";
import { formatCount } from "@/lib/format";
import { m } from "@/messages";

/** What an answer rests on, and what was taken for granted: closed until somebody doubts. */
export function Grounds({ reply: { assumptions, evidence } }: { reply: Reply }) {
  if (assumptions.length === 0 && evidence.length === 0) return null;
  return (
    <details className="border-t border-line px-4 py-3 sm:px-5">
      <summary className="min-h-6 cursor-pointer py-1 text-muted hover:text-ink">
        {m.ask.evidence}
      </summary>
      {assumptions.length > 0 && (
        <div className="mt-3">
          <h3 className="text-xs text-muted">{m.ask.assumed}</h3>
          <ul className="mt-1 list-disc pl-5">
            {assumptions.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      )}
      <ul className="mt-3 grid gap-1">
        {evidence.map((one) => (
          <li key={`${one.kind} ${one.what} ${one.link}`} className="wrap-anywhere">
            <EvidenceLine {...one} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function EvidenceLine({ what, link, count }: Reply["evidence"][number]) {
  const isOurs = typeof link === "string" && /^\/(devices|incidents|sites)(\/|$)/.test(link);
  return (
    <>
      {isOurs ? (
        <Link to={link} className="text-accent underline underline-offset-2">
          {what}
        </Link>
      ) : (
        what
      )}
      {count !== null && count !== undefined && (
        <span className="text-muted"> · {m.ask.counted(formatCount(count))}</span>
      )}
    </>
  );
}
