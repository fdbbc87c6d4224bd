import { useEffect, useRef } from "react";
import type { Reply } from "@/api/types";
import { formatDateTime, formatMilliseconds } from "@/lib/format";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { explain, Skeleton, Trouble } from "@/ui/states";
import type { Turn } from "../conversation";
import type { MachinePlan } from "../plan";
import { Grounds } from "./Grounds";
import { Narrated } from "./Narrated";
import { Opinion } from "./Opinion";
import { PlanChips } from "./PlanChips";
import { ResultView } from "./ResultView";

interface TurnViewProps {
  turn: Turn;
  isLast: boolean;
  onAsk: (question: string) => void;
  onPlan: (plan: MachinePlan) => void;
}

/** A question, its answer, and everything one could doubt about it. */
export function TurnView({ turn, isLast, onAsk, onPlan }: TurnViewProps) {
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isLast) place.current?.scrollIntoView({ block: "nearest" });
  }, [isLast]);
  return (
    <li ref={place} className="grid scroll-my-32 gap-2">
      <h2 className="justify-self-end rounded-2xl bg-accent-soft px-4 py-2 text-base wrap-anywhere">
        {turn.asked.question ?? m.ask.changed}
      </h2>
      <div aria-live="polite" aria-busy={!turn.reply && !turn.isOver} className="min-w-0">
        {turn.reply && <Answer turn={turn} reply={turn.reply} onAsk={onAsk} onPlan={onPlan} />}
        {turn.error !== undefined && <Trouble>{explain(turn.error)}</Trouble>}
        {!turn.reply && !turn.isOver && (
          <p className="grid gap-2">
            <span className="sr-only">{m.ask.asking}</span>
            <Skeleton className="h-24" />
          </p>
        )}
        {!turn.reply && turn.isOver && turn.error === undefined && (
          <p className="text-muted">{m.ask.stopped}</p>
        )}
      </div>
    </li>
  );
}

interface AnswerProps extends Omit<TurnViewProps, "isLast"> {
  reply: Reply;
}

function Answer({ turn, reply, onAsk, onPlan }: AnswerProps) {
  return (
    <article className="card min-w-0">
      <div className="grid gap-4 px-4 py-4 sm:px-5">
        <p className="text-base text-pretty wrap-anywhere">{reply.answer}</p>
        <ResultView reply={reply} />
        {turn.words && turn.words.text !== reply.answer && (
          <blockquote className="border-l-2 border-line pl-3 text-muted">
            <p className="text-xs">{m.ask.inWords(turn.words.model)}</p>
            <p className="mt-1 wrap-anywhere">{turn.words.text}</p>
          </blockquote>
        )}
        {!(turn.isOver && turn.narration?.state === "under_way") && (
          <Narrated narration={turn.narration} />
        )}
        {reply.suggestions.length > 0 && (
          <div className="grid gap-2">
            <p className="text-muted">{m.ask.insteadAsk}</p>
            <ul className="flex flex-wrap gap-2">
              {reply.suggestions.map((question) => (
                <li key={question}>
                  <Button className="text-left whitespace-normal" onClick={() => onAsk(question)}>
                    {question}
                  </Button>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
      {reply.reason === null && <PlanChips reply={reply} onPlan={onPlan} />}
      <Grounds reply={reply} />
      <footer className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-2.5 text-muted sm:px-5">
        <span className="text-xs">
          {m.ask.answeredIn(formatMilliseconds(reply.response_time_ms))},{" "}
          {m.ask.asOf(formatDateTime(reply.as_of))}
        </span>
        <Opinion questionId={reply.question_id} />
      </footer>
    </article>
  );
}
