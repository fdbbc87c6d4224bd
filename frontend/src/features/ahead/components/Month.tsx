import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { useNow } from "@/lib/now";
import { m } from "@/messages";
import { buttonClass } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { ChevronLeftIcon, ChevronRightIcon } from "@/ui/icons";
import { ErrorNote, Skeleton } from "@/ui/states";
import { isToDo, type Term, termsQuery } from "../api";
import {
  byDay,
  type Day,
  dayKey,
  monthBeside,
  monthKey,
  monthName,
  weekdayNames,
  weeksOf,
} from "../month";
import { useView } from "../useView";
import { TermDialog } from "./TermDialog";
import { TermRow } from "./TermRow";

const SHOWN_MAX = 3;

/** The schedule as a month; below it the same as a list, for a small screen alone. */
export function Month() {
  const { site, month } = useView().search;
  const found = useQuery(termsQuery(site));
  const today = new Date(useNow());
  const shown = month ?? monthKey(today);
  if (found.isPending) return <Skeleton className="h-96" />;
  if (found.isError && !found.data) {
    return <ErrorNote error={found.error} onRetry={() => void found.refetch()} />;
  }
  const terms = found.data.items.filter(({ state }) => state !== "dropped" && state !== "lapsed");
  const inMonth = terms.filter(({ due_at }) => monthKey(new Date(due_at)) === shown);
  return (
    <>
      <Head month={shown} isThis={shown === monthKey(today)} />
      <Grid month={shown} terms={byDay(terms)} today={dayKey(today)} />
      {inMonth.length === 0 && <p className="mt-3 text-muted">{m.upkeep.noneInMonth}</p>}
      {inMonth.length > 0 && (
        <ul aria-label={m.upkeep.listLabel} className="card mt-4 md:hidden">
          {inMonth.map((term) => (
            <TermRow key={term.term_id} term={term} />
          ))}
        </ul>
      )}
    </>
  );
}

function Head({ month, isThis }: { month: string; isThis: boolean }) {
  const { search } = useView();
  const to = (by: number) => monthBeside(month, by);
  const step = (by: number, label: string, icon: React.ReactNode) => (
    <Link
      to="/ahead"
      search={{ ...search, month: to(by) }}
      aria-label={label}
      className={buttonClass("plain", "px-2")}
    >
      {icon}
    </Link>
  );
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      {step(-1, m.upkeep.earlier, <ChevronLeftIcon />)}
      {step(1, m.upkeep.later, <ChevronRightIcon />)}
      <h2 className="ml-1 text-lg font-semibold">{monthName(month)}</h2>
      {!isThis && (
        <Link to="/ahead" search={{ ...search, month: undefined }} className={buttonClass("quiet")}>
          {m.upkeep.thisMonth}
        </Link>
      )}
    </div>
  );
}

interface GridProps {
  month: string;
  terms: ReadonlyMap<string, readonly Term[]>;
  today: string;
}

function Grid({ month, terms, today }: GridProps) {
  return (
    <div className="card overflow-hidden">
      <table className="w-full table-fixed border-collapse">
        <caption className="sr-only">{monthName(month)}</caption>
        <thead>
          <tr>
            {weekdayNames().map((name) => (
              <th
                key={name}
                scope="col"
                className="border-b border-line px-2 py-2 text-left text-xs font-medium text-muted"
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week) => (
            <tr key={week[0]?.key}>
              {week.map((day) => (
                <Cell
                  key={day.key}
                  day={day}
                  terms={terms.get(day.key) ?? []}
                  isToday={day.key === today}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  day: Day;
  terms: readonly Term[];
  isToday: boolean;
}

function Cell({ day, terms, isToday }: CellProps) {
  return (
    <td
      className={cx(
        "h-14 border-r border-b border-line p-1.5 align-top last:border-r-0 md:h-28",
        !day.isOfMonth && "bg-sunken text-muted",
      )}
    >
      <span
        aria-current={isToday ? "date" : undefined}
        className={cx(
          "num inline-grid size-6 place-items-center rounded-full text-xs",
          isToday && "bg-accent font-semibold text-on-accent",
        )}
      >
        {day.number}
      </span>
      {terms.length > 0 && (
        <>
          <span className="num ml-1 inline-grid min-w-5 place-items-center rounded-full bg-accent-soft px-1 text-xs font-medium text-accent-strong md:hidden">
            {terms.length}
          </span>
          <ul className="mt-1 hidden grid-cols-1 gap-1 md:grid">
            {terms.slice(0, SHOWN_MAX).map((term) => (
              <Entry key={term.term_id} term={term} />
            ))}
            {terms.length > SHOWN_MAX && (
              <li className="px-1 text-xs text-muted">{m.upkeep.more(terms.length - SHOWN_MAX)}</li>
            )}
          </ul>
        </>
      )}
    </td>
  );
}

function Entry({ term }: { term: Term }) {
  const mayWrite = useMay("fleet:write");
  const [isOpen, setIsOpen] = useState(false);
  const look = cx(
    "block w-full truncate rounded px-1 py-0.5 text-left text-xs",
    isToDo(term) ? "bg-accent-soft text-accent-strong" : "bg-unknown-soft text-unknown",
  );
  const words = (
    <>
      <span className="sr-only">{m.upkeep.state[term.state]}: </span>
      {term.device_name}: {term.what}
    </>
  );
  return (
    <li className="min-w-0">
      {mayWrite ? (
        <button type="button" title={term.what} className={look} onClick={() => setIsOpen(true)}>
          {words}
        </button>
      ) : (
        <Link to="/devices/$deviceId" params={{ deviceId: term.device_id }} className={look}>
          {words}
        </Link>
      )}
      {isOpen && <TermDialog term={term} onClose={() => setIsOpen(false)} />}
    </li>
  );
}
