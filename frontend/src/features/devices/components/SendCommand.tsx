import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Select } from "@/ui/Field";
import { permissionsQuery, useIssueCommand } from "../api";

/** Commands that need no words of their own, and what the owner must have granted for each. */
const COMMANDS = {
  ping: "contact",
  status_request: "contact",
  health_check: "command_execution",
  restart_pos_app: "command_execution",
  restart: "root_access",
  shutdown: "root_access",
} as const;
type Command = keyof typeof COMMANDS;
const NAMES = Object.keys(COMMANDS) as Command[];

/** Asks the device to do something, after a question; what is not granted cannot be chosen. */
export function SendCommand({ deviceId, name }: { deviceId: string; name: string }) {
  const mayIssue = useMay("commands:issue");
  const granted = useQuery(permissionsQuery(deviceId)).data?.permissions;
  const issue = useIssueCommand(deviceId);
  const [command, setCommand] = useState<Command>("ping");
  const [isAsked, setIsAsked] = useState(false);
  if (!mayIssue || !granted) return null;
  const close = () => {
    setIsAsked(false);
    issue.reset();
  };
  return (
    <div className="flex flex-wrap gap-2 border-b border-line px-4 py-3 sm:px-5">
      <span className="min-w-0 flex-1">
        <Select
          aria-label={m.deviceCare.command}
          value={command}
          onChange={({ target }) => setCommand(NAMES.find((one) => one === target.value) ?? "ping")}
        >
          {NAMES.map((one) => (
            <option key={one} value={one} disabled={!granted[COMMANDS[one]]}>
              {m.deviceCare.commands[one]}
              {!granted[COMMANDS[one]] && ` (${m.deviceCare.notPermitted})`}
            </option>
          ))}
        </Select>
      </span>
      <Button disabled={!granted[COMMANDS[command]]} onClick={() => setIsAsked(true)}>
        {m.deviceCare.send}
      </Button>
      {isAsked && (
        <Confirm
          title={m.deviceCare.confirmTitle(m.deviceCare.commands[command], name)}
          lead={m.deviceCare.confirmLead}
          action={m.deviceCare.confirm}
          busy={issue.isPending}
          error={issue.error}
          onConfirm={() => issue.mutate(command, { onSuccess: close })}
          onClose={close}
        />
      )}
    </div>
  );
}
