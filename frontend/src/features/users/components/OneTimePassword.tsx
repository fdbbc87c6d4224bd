import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Copyable } from "@/ui/Copyable";
import { Dialog, DialogActions } from "@/ui/Dialog";

interface OneTimePasswordProps {
  name: string;
  password: string;
  onClose: () => void;
}

export function OneTimePassword({ name, password, onClose }: OneTimePasswordProps) {
  return (
    <Dialog title={m.people.oneTimeTitle} lead={m.people.oneTimeLead(name)} onClose={onClose}>
      <Copyable label={m.people.oneTimeTitle} text={password} />
      <DialogActions>
        <Button kind="primary" onClick={onClose}>
          {m.actions.done}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
