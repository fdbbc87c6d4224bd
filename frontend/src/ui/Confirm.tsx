import { m } from "@/messages";
import { Button } from "./Button";
import { Dialog, DialogActions } from "./Dialog";
import { explain, Trouble } from "./states";

interface ConfirmProps {
  title: string;
  lead: string;
  action: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, lead, action, busy, error, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} lead={lead} onClose={onClose}>
      {error != null && <Trouble>{explain(error)}</Trouble>}
      <DialogActions>
        <Button onClick={onClose}>{m.actions.cancel}</Button>
        <Button kind="danger" busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
