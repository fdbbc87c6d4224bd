import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { m } from "@/messages";
import { TextField } from "@/ui/Field";
import { devicesLikeQuery } from "../api";

interface DeviceFieldProps {
  name: string;
  value: string;
  error?: string | undefined;
}

/** The id of a device, found by a part of its name. */
export function DeviceField({ name, value, error }: DeviceFieldProps) {
  const [typed, setTyped] = useState(value);
  const found = useQuery(devicesLikeQuery(typed.trim())).data?.items ?? [];
  const listId = useId();
  return (
    <>
      <TextField
        label={m.makeReport.device}
        hint={m.makeReport.deviceHint}
        error={error}
        name={name}
        value={typed}
        list={listId}
        onChange={(event) => setTyped(event.target.value)}
        maxLength={64}
        autoComplete="off"
        spellCheck={false}
        required
      />
      <datalist id={listId}>
        {found.map((one) => (
          <option key={one.device_id} value={one.device_id}>
            {one.name} · {one.site_name}
          </option>
        ))}
      </datalist>
    </>
  );
}
