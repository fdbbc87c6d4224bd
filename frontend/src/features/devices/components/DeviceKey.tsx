import { useState } from "react";
import { formatDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Copyable } from "@/ui/Copyable";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { KeyIcon } from "@/ui/icons";
import { useRotateKey } from "../api";

/** A new key for one device, shown once: for a first pairing by hand, or when a key may be known. */
export function DeviceKey({ deviceId }: { deviceId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <KeyIcon /> {m.devices.newKey}
      </Button>
      {open && <DeviceKeyDialog deviceId={deviceId} onClose={() => setOpen(false)} />}
    </>
  );
}

interface DeviceKeyDialogProps {
  deviceId: string;
  onClose: () => void;
}

function DeviceKeyDialog({ deviceId, onClose }: DeviceKeyDialogProps) {
  const rotate = useRotateKey(deviceId);
  if (!rotate.data) {
    return (
      <Confirm
        key="ask"
        title={m.devices.newKeyTitle}
        lead={m.devices.newKeyLead}
        action={m.devices.newKey}
        busy={rotate.isPending}
        error={rotate.error}
        onConfirm={() => rotate.mutate()}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog
      key="made"
      title={m.devices.keyTitle}
      lead={m.devices.keyLead(formatDateTime(rotate.data.old_keys_end_at))}
      onClose={onClose}
    >
      <Copyable label={m.devices.id} text={rotate.data.device_id} />
      <Copyable label={m.devices.keyTitle} text={rotate.data.api_key} />
      <DialogActions>
        <Button kind="primary" onClick={onClose}>
          {m.actions.done}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
