import type { NewBootstrapKey } from "@/api/types";
import { formatDateTime } from "@/lib/format";
import { agentCommand, postCommand } from "@/lib/shell";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Copyable } from "@/ui/Copyable";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { EnrolCommands } from "./EnrolCommands";

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

/** The key in the clear, and what to do with it. */
export function NewKey({ siteId, created }: NewKeyProps) {
  return (
    <div className="grid gap-4">
      <Copyable label={m.sites.key} text={created.bootstrap_key} />
      <EnrolCommands
        agent={agentCommand({ site: siteId, key: created.bootstrap_key })}
        other={postCommand("/api/v1/devices/bootstrap-provision", {
          site_id: siteId,
          bootstrap_key: created.bootstrap_key,
        })}
      />
      {created.expires_at && (
        <p className="text-muted">
          {m.sites.keyExpires}: {formatDateTime(created.expires_at)}
        </p>
      )}
    </div>
  );
}
