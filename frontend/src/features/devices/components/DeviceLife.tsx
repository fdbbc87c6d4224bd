import { useState } from "react";
import type { DeviceDetail } from "@/api/types";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Panel } from "@/ui/Panel";
import { type Step, useStep } from "../careApi";

const HARD: readonly Step[] = ["archive", "revoke-key"];

/** What can be done to a device as it is now. */
export function stepsOf({ lifecycle, archived_at }: DeviceDetail): Step[] {
  if (archived_at !== null) return ["restore"];
  if (lifecycle === "suspended") return ["activate", "revoke-key", "archive"];
  if (lifecycle === "active") return ["suspend", "revoke-key", "archive"];
  return ["archive"];
}

export function DeviceLife({ device }: { device: DeviceDetail }) {
  const step = useStep(device.device_id);
  const [asked, setAsked] = useState<Step | null>(null);
  const close = () => {
    setAsked(null);
    step.reset();
  };
  return (
    <Panel title={m.care.life} lead={m.care.lifeLead}>
      <div className="flex flex-wrap gap-2 px-4 py-4 sm:px-5">
        {stepsOf(device).map((one) => (
          <Button
            key={one}
            kind={HARD.includes(one) ? "danger" : "plain"}
            onClick={() => setAsked(one)}
          >
            {m.care[one]}
          </Button>
        ))}
      </div>
      {asked && (
        <Confirm
          title={m.care[`${asked}Title`](device.name)}
          lead={m.care[`${asked}Lead`]}
          action={m.care[asked]}
          busy={step.isPending}
          error={step.error}
          onConfirm={() => step.mutate(asked, { onSuccess: close })}
          onClose={close}
        />
      )}
    </Panel>
  );
}
