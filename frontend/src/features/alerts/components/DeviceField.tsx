import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { deviceQuery } from "@/features/devices/api";
import { m } from "@/messages";
import { TextField } from "@/ui/Field";
import { devicesNamedQuery } from "../api";

const words = m.alerts.silence;

interface DeviceFieldProps {
  deviceId: string | null;
  error?: string | undefined;
}

/** A device by its name; of several of one name the one that was picked. */
export function DeviceField({ deviceId, error }: DeviceFieldProps) {
  const here = useQuery({ ...deviceQuery(deviceId ?? ""), enabled: deviceId !== null }).data;
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? here?.name ?? deviceId ?? "";
  const found = useQuery(devicesNamedQuery(typed?.split(" · ")[0]?.trim() ?? "")).data?.items ?? [];
  const listId = useId();
  const picked = found.find((one) => `${one.name} · ${one.site_name}` === shown);
  const said = typed === null && deviceId ? deviceId : (picked?.device_id ?? shown);
  return (
    <>
      <TextField
        label={words.device}
        hint={words.deviceHint}
        error={error}
        value={shown}
        list={listId}
        onChange={(event) => setTyped(event.target.value)}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        required
      />
      <input type="hidden" name="device_id" value={said} />
      <datalist id={listId}>
        {found.map((one) => (
          <option key={one.device_id} value={`${one.name} · ${one.site_name}`} />
        ))}
      </datalist>
    </>
  );
}
