import { type FormEvent, useState } from "react";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { explain } from "@/ui/states";
import { useOpinion } from "../api";

/** Thumbs, in words; who says "wrong" is asked how it should have been. */
export function Opinion({ questionId }: { questionId: string }) {
  const opinion = useOpinion(questionId);
  const [isCorrecting, setCorrecting] = useState(false);
  const [correction, setCorrection] = useState("");

  function send(event: FormEvent) {
    event.preventDefault();
    if (correction.trim()) opinion.mutate({ rating: "down", correction: correction.trim() });
    setCorrecting(false);
  }

  if (isCorrecting) {
    return (
      <form onSubmit={send} className="flex w-full flex-wrap items-center gap-2">
        <input
          // biome-ignore lint/a11y/noAutofocus: it appears because its button was pressed
          autoFocus
          aria-label={m.ask.correction}
          placeholder={m.ask.correction}
          title={m.ask.correctionHint}
          value={correction}
          maxLength={2_000}
          onChange={({ target }) => setCorrection(target.value)}
          className="min-h-9 min-w-0 flex-1 rounded-lg border border-edge bg-surface px-3 text-ink"
        />
        <Button type="submit">{m.ask.sendCorrection}</Button>
      </form>
    );
  }
  return (
    <span className="flex items-center gap-1">
      {opinion.isError && (
        <span role="alert" className="text-critical">
          {explain(opinion.error)}
        </span>
      )}
      {opinion.isSuccess ? (
        <span role="status">{m.ask.thanks}</span>
      ) : (
        <>
          <span className="text-xs">{m.ask.opinion}</span>
          <Button kind="quiet" onClick={() => opinion.mutate({ rating: "up" })}>
            {m.ask.right}
          </Button>
          <Button
            kind="quiet"
            onClick={() => {
              opinion.mutate({ rating: "down" });
              setCorrecting(true);
            }}
          >
            {m.ask.wrong}
          </Button>
        </>
      )}
    </span>
  );
}
