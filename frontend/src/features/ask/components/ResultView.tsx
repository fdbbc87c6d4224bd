import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Reply } from "@/api/types";
import { formatCount } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Button } from "@/ui/Button";
import { type ShownRow, shownRows, shownValue } from "../rows";

const FEW = 8;

/** The result itself: a number, yes or no, a moment, and the rows of which it is made. */
export function ResultView({ reply }: { reply: Reply }) {
  const { kind } = reply.result;
  if (kind === "none") return null;
  return (
    <>
      <Headline reply={reply} />
      <Rows reply={reply} />
    </>
  );
}

function Headline({ reply: { result } }: { reply: Reply }) {
  const { kind, value, unit = null } = result;
  if (value === null || value === undefined) return null;
  if (kind === "boolean") return <Big>{value ? m.ask.yes : m.ask.no}</Big>;
  if (kind === "number") return <Big>{shownValue(value, unit)}</Big>;
  if (kind === "timestamp" && typeof value === "string") {
    return (
      <div>
        <Big>{shownValue(value, null)}</Big>
        <Age at={value} className="text-muted" />
      </div>
    );
  }
  return null;
}

function Big({ children }: { children: string }) {
  return <p className="text-3xl font-semibold tracking-tight">{children}</p>;
}

function Rows({ reply }: { reply: Reply }) {
  const [isWhole, setWhole] = useState(false);
  const rows = shownRows(reply);
  if (rows.length === 0) return null;
  const shown = isWhole ? rows : rows.slice(0, FEW);
  // A status counts devices; its rows are something else.
  const isListed = reply.result.rows?.every(({ what }) => !what);
  const total = (isListed && reply.result.total) || rows.length;
  return (
    <div className="grid gap-2">
      <ul aria-label={m.ask.rows} className="grid">
        {shown.map((row) => (
          <RowView key={row.key} row={row} />
        ))}
      </ul>
      {total > shown.length && (
        <p className="text-xs text-muted">
          {m.ask.allRows(formatCount(shown.length), formatCount(total))}
        </p>
      )}
      {rows.length > FEW && (
        <Button kind="quiet" className="justify-self-start" onClick={() => setWhole(!isWhole)}>
          {isWhole ? m.ask.showFewer : m.ask.showAll}
        </Button>
      )}
    </div>
  );
}

function RowView({ row }: { row: ShownRow }) {
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-b border-line py-2 last:border-b-0">
      <span className="min-w-0 wrap-anywhere">
        {row.to ? (
          <Link to={row.to} className="font-medium hover:text-accent-strong">
            {row.label}
          </Link>
        ) : (
          <span className="font-medium">{row.label}</span>
        )}
        {row.more.length > 0 && <span className="ml-2 text-muted">{row.more.join(" · ")}</span>}
      </span>
      <span className="text-right font-medium">{row.value}</span>
      {row.share !== undefined && <Bar share={row.share} />}
    </li>
  );
}

/** Says again what the number beside it says, so it is no news to a screen reader. */
function Bar({ share }: { share: number }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 2"
      preserveAspectRatio="none"
      className="col-span-2 h-1 w-full rounded-full bg-sunken"
    >
      <rect width={share * 100} height="2" className="fill-accent" />
    </svg>
  );
}
