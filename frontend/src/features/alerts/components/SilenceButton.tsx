import { useState } from "react";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { SilenceDialog } from "./SilenceDialog";

interface SilenceButtonProps {
  deviceId: string | null;
  siteId: string;
}

/** Opens a silence where one stands: at a device, or at the whole site. */
export function SilenceButton({ deviceId, siteId }: SilenceButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{m.alerts.silence.addHere}</Button>
      {open && <SilenceDialog deviceId={deviceId} siteId={siteId} onClose={() => setOpen(false)} />}
    </>
  );
}
