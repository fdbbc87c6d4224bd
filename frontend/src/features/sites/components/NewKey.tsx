import type { NewBootstrapKey } from "@/api/types";
import { formatDateTime } from "@/lib/format";
import { postCommand } from "@/lib/shell";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Copyable } from "@/ui/Copyable";
import { Dialog, DialogActions } from "@/ui/Dialog";

interface NewKeyProps {
  siteId: string;
  created: NewBootstrapKey;
}

export function NewKeyDialog({ onClose, ...key }: NewKeyProps & { onClose: () => void }) {
  return (
    <Dialog title={m.sites.keyTitle} lead={m.sites.keyLead} onClose={onClose}>
      <NewKey {...key} />
      <DialogActions>
        <Button kind="primary" onClick={onClose}>
          {m.actions.done}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** The key in the clear, and the one command that uses it. */
export function NewKey({ siteId, created }: NewKeyProps) {
  return (
    <div className="grid gap-4">
      <Copyable label={m.sites.key} text={created.bootstrap_key} />
      <div className="grid gap-1.5">
        <Copyable
          label={m.sites.command}
          text={postCommand("/api/v1/devices/bootstrap-provision", {
            site_id: siteId,
            bootstrap_key: created.bootstrap_key,
          })}
        />
        <p className="text-muted">{m.sites.commandHint}</p>
      </div>
      {created.expires_at && (
        <p className="text-muted">
          {m.sites.keyExpires}: {formatDateTime(created.expires_at)}
        </p>
      )}
    </div>
  );
}
