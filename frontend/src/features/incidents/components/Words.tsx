import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Incident } from "@/api/types";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { type Said, useRemoveIncident } from "../api";
import { SayDialog } from "./SayDialog";

type Word = Said["word"] | "remove";

const OFFERED: Record<Incident["state"], readonly Word[]> = {
  open: ["confirm", "resolve", "normal", "notes"],
  confirmed: ["resolve", "normal", "notes"],
  closed: ["resolve", "normal", "reopen", "notes", "remove"],
  resolved: ["correct", "reopen", "notes", "remove"],
  normal: ["reopen", "notes", "remove"],
  merged: ["remove"],
};

const LABELS: Record<Word, string> = {
  confirm: m.incidents.say.confirm,
  resolve: m.incidents.say.resolve,
  normal: m.incidents.say.normal,
  notes: m.incidents.say.note,
  reopen: m.incidents.say.reopen,
  correct: m.incidents.say.correct,
  remove: m.incidents.say.remove,
};

/** What can be said of the incident as it stands; each opens a window of its own. */
export function Words({ incident }: { incident: Incident }) {
  const [word, setWord] = useState<Word | null>(null);
  const close = () => setWord(null);
  return (
    <>
      {OFFERED[incident.state].map((one, place) => (
        <Button
          key={one}
          kind={one === "remove" ? "danger" : place === 0 ? "primary" : "plain"}
          onClick={() => setWord(one)}
        >
          {LABELS[one]}
        </Button>
      ))}
      {word === "remove" && <Removal incident={incident} onClose={close} />}
      {word !== null && word !== "remove" && (
        <SayDialog incident={incident} word={word} title={LABELS[word]} onClose={close} />
      )}
    </>
  );
}

function Removal({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const navigate = useNavigate();
  const remove = useRemoveIncident(incident.incident_id);
  return (
    <Confirm
      title={m.incidents.say.remove}
      lead={m.incidents.say.removeLead}
      action={m.incidents.say.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() =>
        remove.mutate(undefined, { onSuccess: () => void navigate({ to: "/incidents" }) })
      }
      onClose={onClose}
    />
  );
}
