import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import type { ModeName } from "@/api/types";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Select } from "@/ui/Field";
import { PageHead } from "@/ui/PageHead";
import { modesQuery } from "./api";
import { QuestionForm } from "./components/QuestionForm";
import { Recent } from "./components/Recent";
import { TurnView } from "./components/TurnView";
import { useConversation } from "./conversation";
import type { MachinePlan } from "./plan";

export function AskPage() {
  const { q, c } = useSearch({ from: "/inside/ask" });
  const navigate = useNavigate();
  const { turns, conversation, put, stop, clear } = useConversation(c);
  const [mode, setMode] = useState<ModeName>();
  const isBusy = turns.some(({ isOver }) => !isOver);

  const putPlan = useCallback(
    (plan: MachinePlan) => void put({ plan, ...(mode && { mode }) }),
    [put, mode],
  );
  const putQuestion = useCallback(
    (question: string) => {
      void put({ question, ...(mode && { mode }) });
      void navigate({ to: "/ask", search: { q: question, c: conversation }, replace: true });
    },
    [put, mode, navigate, conversation],
  );
  // The address names the conversation as soon as there is one: a reload goes on in it.
  useEffect(() => {
    if (q === undefined || c === conversation) return;
    void navigate({ to: "/ask", search: { q, c: conversation }, replace: true });
  }, [q, c, conversation, navigate]);
  useFirstQuestion(q, turns.at(-1)?.asked.question, putQuestion);

  return (
    <div className="mx-auto grid max-w-6xl gap-6 xl:grid-cols-[minmax(0,1fr)_17rem]">
      <div className="flex min-w-0 flex-col">
        <PageHead
          title={m.ask.title}
          below={m.ask.lead}
          actions={
            <>
              <ModeChoice mode={mode} onChange={setMode} />
              {turns.length > 0 && (
                <Button
                  onClick={() => {
                    clear();
                    void navigate({
                      to: "/ask",
                      search: { q: undefined, c: undefined },
                      replace: true,
                    });
                  }}
                >
                  {m.ask.startOver}
                </Button>
              )}
            </>
          }
        />
        {turns.length === 0 && <Examples onAsk={putQuestion} />}
        <ol aria-label={m.ask.conversation} className="grid gap-5">
          {turns.map((turn) => (
            <TurnView
              key={turn.id}
              turn={turn}
              isLast={turn.id === turns.length}
              onAsk={putQuestion}
              onPlan={putPlan}
            />
          ))}
        </ol>
        <div className="sticky bottom-20 mt-5 lg:bottom-4">
          <QuestionForm isBusy={isBusy} onAsk={putQuestion} onStop={stop} />
          {turns.length === 1 && (
            <p className="mt-2 text-center text-muted max-lg:hidden">{m.ask.thenAsk}</p>
          )}
        </div>
      </div>
      <Recent onAsk={putQuestion} />
    </div>
  );
}

/** A link that holds a question asks it; what has just been asked here is not asked twice. */
function useFirstQuestion(
  q: string | undefined,
  latest: string | undefined,
  onAsk: (question: string) => void,
) {
  const asked = useRef<string>(undefined);
  useEffect(() => {
    if (q === undefined || q === asked.current) return;
    asked.current = q;
    if (q !== latest) onAsk(q);
  }, [q, latest, onAsk]);
}

function ModeChoice(props: {
  mode: ModeName | undefined;
  onChange: (mode: ModeName | undefined) => void;
}) {
  const { data } = useQuery(modesQuery);
  if (!data) return null;
  return (
    <Select
      aria-label={m.ask.mode}
      value={props.mode ?? ""}
      onChange={({ target }) => props.onChange((target.value || undefined) as ModeName | undefined)}
    >
      <option value="">{m.ask.modeOwn(m.ask.modes[data.mode])}</option>
      {data.modes.map(({ name }) => (
        <option key={name} value={name}>
          {m.ask.modes[name]}
        </option>
      ))}
    </Select>
  );
}

function Examples({ onAsk }: { onAsk: (question: string) => void }) {
  return (
    <section aria-label={m.ask.examples} className="card px-4 py-4 sm:px-5">
      <h2 className="text-sm font-semibold">{m.ask.examples}</h2>
      <ul className="mt-3 grid justify-items-start gap-2">
        {m.ask.exampleQuestions.map((question) => (
          <li key={question}>
            <Button className="h-auto text-left whitespace-normal" onClick={() => onAsk(question)}>
              {question}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
