import type { FormEvent } from "react";
import { ApiError } from "@/api/problem";
import type { Intent } from "@/api/types";
import { EnrolCommands } from "@/features/sites/components/EnrolCommands";
import { formatDateTime } from "@/lib/format";
import { agentCommand, postCommand } from "@/lib/shell";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Copyable } from "@/ui/Copyable";
import { DialogActions } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { explain, Trouble } from "@/ui/states";
import { useAddIntent } from "../api";
import { TypeField } from "./AddByHand";

interface AddByClaimProps {
  siteId: string;
  onMade: () => void;
  onClose: () => void;
}

export function AddByClaim({ siteId, onMade, onClose }: AddByClaimProps) {
  const add = useAddIntent();
  const refused = add.error instanceof ApiError ? add.error : null;
  const nameError = refused?.field("device_name");

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (add.isPending) return;
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name")).trim();
    const type = String(form.get("type") ?? "");
    const body = {
      site_id: siteId,
      ...(name && { device_name: name }),
      ...(type && { device_type: type }),
    };
    add.mutate(body, { onSuccess: onMade });
  }

  if (add.data) return <Claim intent={add.data} onClose={onClose} />;
  return (
    <form onSubmit={submit} className="grid gap-4">
      {add.isError && !nameError && <Trouble>{explain(add.error)}</Trouble>}
      <TextField label={m.addDevice.name} name="name" error={nameError} maxLength={200} optional />
      <TypeField />
      <DialogActions>
        <Button onClick={onClose}>{m.actions.cancel}</Button>
        <Button type="submit" kind="primary" busy={add.isPending}>
          {m.addDevice.makeClaim}
        </Button>
      </DialogActions>
    </form>
  );
}

function Claim({ intent, onClose }: { intent: Intent; onClose: () => void }) {
  const path = `/api/v1/enrolment-intents/${encodeURIComponent(intent.intent_id)}/claim`;
  return (
    <div className="grid gap-4">
      <p className="text-muted">{m.addDevice.claimLead}</p>
      <Copyable label={m.addDevice.claimToken} text={intent.claim_token} />
      <EnrolCommands
        agent={agentCommand({ claim: intent.intent_id, token: intent.claim_token })}
        other={postCommand(path, { claim_token: intent.claim_token })}
      />
      <p className="text-muted">
        {m.sites.keyExpires}: {formatDateTime(intent.expires_at)}
      </p>
      <DialogActions>
        <Button kind="primary" onClick={onClose}>
          {m.actions.done}
        </Button>
      </DialogActions>
    </div>
  );
}
