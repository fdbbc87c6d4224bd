import { type FormEvent, useEffect, useRef, useState } from "react";
import { m } from "@/messages";
import { Button } from "@/ui/Button";

interface QuestionFormProps {
  isBusy: boolean;
  onAsk: (question: string) => void;
  onStop: () => void;
}

const QUESTION_LENGTH_MAX = 2_000;

/** The one line to ask in. It has the cursor when the page opens: that is what one came for. */
export function QuestionForm({ isBusy, onAsk, onStop }: QuestionFormProps) {
  const [question, setQuestion] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!question.trim()) return;
    onAsk(question.trim());
    setQuestion("");
    field.current?.focus();
  }

  return (
    <form
      onSubmit={submit}
      className="flex items-center gap-2 rounded-2xl border border-edge bg-surface p-2 shadow-raised focus-within:border-accent"
    >
      <input
        ref={field}
        aria-label={m.ask.label}
        placeholder={m.ask.hint}
        value={question}
        maxLength={QUESTION_LENGTH_MAX}
        onChange={({ target }) => setQuestion(target.value)}
        autoComplete="off"
        enterKeyHint="send"
        className="min-h-10 min-w-0 flex-1 bg-transparent px-3 text-base outline-none placeholder:text-muted"
      />
      {isBusy && (
        <Button kind="quiet" onClick={onStop}>
          {m.ask.stop}
        </Button>
      )}
      <Button kind="primary" type="submit">
        {m.ask.send}
      </Button>
    </form>
  );
}
