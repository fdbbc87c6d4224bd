import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { formatDate, formatMoney, formatSpan } from "@/lib/format";
import { useNow } from "@/lib/now";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { explain, Trouble } from "@/ui/states";
import { isToDo, type Term, type TermState, useChangeTerm } from "../api";
import { TermDialog } from "./TermDialog";

export const TONES: Record<TermState, Tone> = {
  planned: "accent",
  ordered: "warn",
  done: "ok",
  dropped: "unknown",
  lapsed: "unknown",
};

export function TermRow({ term }: { term: Term }) {
  const mayWrite = useMay("fleet:write");
  const change = useChangeTerm(term.term_id);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li className="grid gap-x-5 gap-y-2 border-b border-line px-4 py-3.5 last:border-b-0 sm:px-5 lg:grid-cols-[8.5rem_minmax(0,1fr)_auto]">
      <When term={term} />
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium wrap-anywhere">{term.what}</span>
          <Badge tone={TONES[term.state]}>{m.upkeep.state[term.state]}</Badge>
        </p>
        <p className="text-muted wrap-anywhere">
          <Whose term={term} /> · {term.site_name}
          {term.parts && ` · ${m.upkeep.needs(term.parts)}`}
          <Cost term={term} />
        </p>
        {term.note && <p className="text-pretty wrap-anywhere">{term.note}</p>}
        {term.changed_by && (
          <p className="text-xs text-muted">
            {m.upkeep.by(term.changed_by)}, <Age at={term.changed_at} />
          </p>
        )}
        {change.isError && <Trouble>{explain(change.error)}</Trouble>}
      </div>
      {mayWrite && (
        <span className="flex flex-wrap items-start gap-2">
          {term.state === "planned" && (
            <Button busy={change.isPending} onClick={() => change.mutate({ state: "ordered" })}>
              {m.upkeep.order}
            </Button>
          )}
          {isToDo(term) && (
            <Button busy={change.isPending} onClick={() => change.mutate({ state: "done" })}>
              {m.upkeep.finish}
            </Button>
          )}
          <Button
            kind="quiet"
            aria-label={m.upkeep.changeOf(term.what)}
            onClick={() => setIsOpen(true)}
          >
            {m.upkeep.change}
          </Button>
        </span>
      )}
      {isOpen && <TermDialog term={term} onClose={() => setIsOpen(false)} />}
    </li>
  );
}

function When({ term }: { term: Term }) {
  const nowMs = useNow();
  const lateS = (nowMs - Date.parse(term.due_at)) / 1000;
  const isLate = isToDo(term) && lateS > 0;
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 lg:block">
      <time dateTime={term.due_at} className="block font-medium">
        {formatDate(term.due_at)}
      </time>
      {isLate ? (
        <span className="font-medium text-critical">{m.upkeep.overdue(formatSpan(lateS))}</span>
      ) : (
        isToDo(term) && <Age at={term.due_at} className="text-muted" />
      )}
    </p>
  );
}

function Whose({ term }: { term: Term }) {
  const metric = term.metric ?? undefined;
  return (
    <Link
      to="/devices/$deviceId"
      params={{ deviceId: term.device_id }}
      search={metric ? { metrics: metric, span: "30d", ahead: "true" } : {}}
      className="text-accent underline underline-offset-2 hover:text-accent-strong"
    >
      {term.device_name}
    </Link>
  );
}

function Cost({ term }: { term: Term }) {
  const { cost, currency, cost_why, prediction_id } = term;
  if (cost !== null && currency !== null) {
    return <span title={cost_why}> · {formatMoney(cost, currency)}</span>;
  }
  // What a person planned was never to be costed: that goes without saying.
  return prediction_id === null ? null : <> · {cost_why}</>;
}
