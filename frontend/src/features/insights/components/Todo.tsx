import { type FormEvent, useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { refusals, textOf } from "@/ui/forms";
import { CheckIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { explain, Trouble } from "@/ui/states";
import { useTakeAction } from "../api";
import { momentOf } from "../describe";
import type { Recommendation } from "../types";

const words = m.insights;

/** What is recommended; who did it says so, and is told later whether it helped. */
export function Todo({ siteId, todo }: { siteId: string; todo: readonly Recommendation[] }) {
  const mayTake = useMay("incidents:write");
  const [taking, setTaking] = useState<Recommendation | null>(null);
  return (
    <Panel title={words.todo}>
      {todo.length === 0 && <p className="px-4 py-4 text-muted sm:px-5">{words.todoNone}</p>}
      <ul aria-label={words.todo} hidden={todo.length === 0}>
        {todo.map((one) => (
          <li
            key={one.recommendation_id}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5"
          >
            <div className="min-w-0 flex-1 basis-60 wrap-anywhere">
              <p>{one.text}</p>
              {one.estimated_cost && (
                <p className="text-muted">{words.prices(one.estimated_cost)}</p>
              )}
            </div>
            {one.taken && (
              <Badge tone="ok" icon={<CheckIcon />}>
                {words.done}
              </Badge>
            )}
            {mayTake && !one.taken && (
              <Button aria-label={words.markDoneOf(one.text)} onClick={() => setTaking(one)}>
                {words.markDone}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {taking && <TakeDialog siteId={siteId} taken={taking} onClose={() => setTaking(null)} />}
    </Panel>
  );
}

interface TakeProps {
  siteId: string;
  taken: Recommendation;
  onClose: () => void;
}

function TakeDialog({ siteId, taken, onClose }: TakeProps) {
  const take = useTakeAction(siteId);
  const { at, loose } = refusals(take.error, ["taken_at", "note"]);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (take.isPending) return;
    const form = new FormData(event.currentTarget);
    take.mutate(
      {
        recommendation_id: taken.recommendation_id,
        taken_at: momentOf(textOf(form, "taken_at")),
        note: textOf(form, "note") || null,
      },
      { onSuccess: onClose },
    );
  }

  return (
    <Dialog title={words.markTitle} lead={taken.text} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {loose && <Trouble>{explain(take.error)}</Trouble>}
        <TextField
          label={words.when}
          name="taken_at"
          type="datetime-local"
          hint={words.whenHint}
          error={at("taken_at")}
        />
        <TextField label={words.note} name="note" optional maxLength={2000} error={at("note")} />
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={take.isPending}>
            {words.markDone}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
