import type { FormEvent } from "react";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { refusals, textOf } from "@/ui/forms";
import { explain, Trouble } from "@/ui/states";
import { type Term, type TermChange, useChangeTerm } from "../api";
import { localInput } from "../moments";

const STATES = ["planned", "ordered", "done", "dropped"] as const;

export function TermDialog({ term, onClose }: { term: Term; onClose: () => void }) {
  const change = useChangeTerm(term.term_id);
  const { at, loose } = refusals(change.error, ["due_at", "note", "state"]);
  const due = localInput(term.due_at);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (change.isPending) return;
    const form = new FormData(event.currentTarget);
    const said = textOf(form, "due_at");
    const note = textOf(form, "note");
    const state = STATES.find((one) => one === textOf(form, "state") && one !== term.state);
    const body: TermChange = {
      ...(state && { state }),
      ...(said && said !== due && { due_at: new Date(said).toISOString() }),
      ...(note && note !== term.note && { note }),
    };
    change.mutate(body, { onSuccess: onClose });
  }

  return (
    <Dialog title={m.upkeep.changeOf(term.what)} lead={term.device_name} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {loose && <Trouble>{explain(change.error)}</Trouble>}
        <SelectField
          label={m.upkeep.stateLabel}
          name="state"
          defaultValue={term.state}
          error={at("state")}
        >
          {term.state === "lapsed" && <option value="lapsed">{m.upkeep.state.lapsed}</option>}
          {STATES.map((one) => (
            <option key={one} value={one}>
              {m.upkeep.state[one]}
            </option>
          ))}
        </SelectField>
        <TextField
          label={m.upkeep.due}
          type="datetime-local"
          name="due_at"
          defaultValue={due}
          error={at("due_at")}
          required
        />
        <TextField
          label={m.upkeep.note}
          name="note"
          defaultValue={term.note ?? ""}
          error={at("note")}
          maxLength={2000}
          optional
        />
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={change.isPending}>
            {m.upkeep.save}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
