import type { FormEvent } from "react";
import { useState } from "react";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { refusals, textOf } from "@/ui/forms";
import { explain, Trouble } from "@/ui/states";
import { usePlan } from "../api";
import { localInput } from "../moments";

const FIELDS = ["device_id", "what", "due_at", "parts", "note"];
const WEEK_MS = 7 * 86_400_000;

interface PlanDialogProps {
  device?: string;
  onClose: () => void;
}

export function PlanDialog({ device, onClose }: PlanDialogProps) {
  const plan = usePlan();
  const [due] = useState(() => localInput(Date.now() + WEEK_MS));
  const { at, loose } = refusals(plan.error, FIELDS);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (plan.isPending) return;
    const form = new FormData(event.currentTarget);
    const parts = textOf(form, "parts");
    const note = textOf(form, "note");
    plan.mutate(
      {
        device_id: textOf(form, "device_id"),
        what: textOf(form, "what"),
        due_at: new Date(textOf(form, "due_at")).toISOString(),
        ...(parts && { parts }),
        ...(note && { note }),
      },
      { onSuccess: onClose },
    );
  }

  return (
    <Dialog title={m.upkeep.plan} lead={m.upkeep.planLead} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {loose && <Trouble>{explain(plan.error)}</Trouble>}
        <TextField
          label={m.upkeep.device}
          name="device_id"
          hint={m.upkeep.deviceHint}
          defaultValue={device}
          error={at("device_id")}
          spellCheck={false}
          maxLength={64}
          required
        />
        <TextField label={m.upkeep.what} name="what" error={at("what")} maxLength={200} required />
        <TextField
          label={m.upkeep.due}
          type="datetime-local"
          name="due_at"
          defaultValue={due}
          error={at("due_at")}
          required
        />
        <TextField
          label={m.upkeep.parts}
          name="parts"
          error={at("parts")}
          maxLength={200}
          optional
        />
        <TextField label={m.upkeep.note} name="note" error={at("note")} maxLength={2000} optional />
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={plan.isPending}>
            {m.upkeep.plan}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
