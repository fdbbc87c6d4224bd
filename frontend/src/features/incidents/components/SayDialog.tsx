import { type FormEvent, useId } from "react";
import type { Incident } from "@/api/types";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { explain, Trouble } from "@/ui/states";
import { type Said, useSay } from "../api";

interface SayDialogProps {
  incident: Incident;
  word: Said["word"];
  title: string;
  onClose: () => void;
}

const LEADS: Partial<Record<Said["word"], string>> = {
  confirm: m.incidents.say.confirmLead,
  resolve: m.incidents.say.resolveLead,
  normal: m.incidents.say.normalLead,
  reopen: m.incidents.say.reopenLead,
  correct: m.incidents.say.correctLead,
};
const ANSWERS = { yes: true, no: false, unknown: null } as const;

export function SayDialog({ incident, word, title, onClose }: SayDialogProps) {
  const say = useSay(incident.incident_id);
  const asksWhetherItWorked = word === "resolve" || word === "correct";

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (say.isPending) return;
    const form = new FormData(event.currentTarget);
    const note = String(form.get("note") ?? "").trim();
    const worked = ANSWERS[form.get("worked") as keyof typeof ANSWERS] ?? null;
    const said: Said = asksWhetherItWorked ? { word, note, worked } : { word, note };
    say.mutate(said, { onSuccess: onClose });
  }

  const lead = LEADS[word];
  return (
    <Dialog title={title} {...(lead && { lead })} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {say.isError && <Trouble>{explain(say.error)}</Trouble>}
        <NoteField
          label={asksWhetherItWorked ? m.incidents.say.done : m.incidents.say.noteLabel}
          initial={word === "correct" ? (incident.resolution ?? "") : ""}
          required={asksWhetherItWorked || word === "notes"}
        />
        {asksWhetherItWorked && (
          <Worked initial={word === "correct" ? incident.worked : undefined} />
        )}
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={say.isPending}>
            {title}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

interface NoteFieldProps {
  label: string;
  initial: string;
  required: boolean;
}

function NoteField({ label, initial, required }: NoteFieldProps) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {!required && <span className="ml-1.5 font-normal text-muted">{m.addDevice.optional}</span>}
      </label>
      <textarea
        id={id}
        name="note"
        rows={3}
        maxLength={2000}
        required={required}
        defaultValue={initial}
        className="w-full rounded-lg border border-edge bg-surface px-3 py-2 text-base text-ink hover:border-ink/60 sm:text-sm"
      />
    </div>
  );
}

/** Whoever resolves it chooses: nothing is assumed. */
function Worked({ initial }: { initial: boolean | null | undefined }) {
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">{m.incidents.say.worked}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {(["yes", "no", "unknown"] as const).map((answer) => (
          <label key={answer} className="flex min-h-9 items-center gap-2 pointer-coarse:min-h-11">
            <input
              type="radio"
              name="worked"
              value={answer}
              defaultChecked={ANSWERS[answer] === initial}
              required
              className="size-4 accent-accent"
            />
            {m.incidents.say[answer]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
