import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { ApiError } from "@/api/problem";
import type { NewDevice } from "@/api/types";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { explain, Trouble } from "@/ui/states";
import { deviceTypesQuery, useAddDevice } from "../api";
import { useTypeName } from "../typeName";

const FIELDS = ["name", "type", "device_id", "location", "serial"] as const;

interface AddByHandProps {
  siteId: string;
  onClose: () => void;
}

export function AddByHand({ siteId, onClose }: AddByHandProps) {
  const add = useAddDevice();
  const navigate = useNavigate();
  const refused = add.error instanceof ApiError ? add.error : null;
  const errorOf = (name: string) => refused?.field(name);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (add.isPending) return;
    add.mutate(readDevice(new FormData(event.currentTarget), siteId), {
      onSuccess: ({ device_id }) =>
        void navigate({ to: "/devices/$deviceId", params: { deviceId: device_id } }),
    });
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      {add.isError && !FIELDS.some(errorOf) && <Trouble>{explain(add.error)}</Trouble>}
      <TextField
        label={m.addDevice.name}
        name="name"
        error={errorOf("name")}
        maxLength={200}
        required
      />
      <TypeField error={errorOf("type")} />
      <TextField
        label={m.addDevice.location}
        name="location"
        hint={m.addDevice.locationHint}
        error={errorOf("location")}
        maxLength={200}
        optional
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={m.addDevice.id}
          name="device_id"
          hint={m.addDevice.idHint}
          error={errorOf("device_id")}
          spellCheck={false}
          maxLength={100}
          optional
        />
        <TextField
          label={m.addDevice.serial}
          name="serial"
          error={errorOf("serial")}
          spellCheck={false}
          maxLength={200}
          optional
        />
      </div>
      <DialogActions>
        <Button onClick={onClose}>{m.actions.cancel}</Button>
        <Button type="submit" kind="primary" busy={add.isPending}>
          {m.addDevice.submit}
        </Button>
      </DialogActions>
    </form>
  );
}

function readDevice(form: FormData, siteId: string): NewDevice {
  const said = FIELDS.map((name) => [name, String(form.get(name) ?? "").trim()] as const);
  const { name = "", type = "", ...rest } = Object.fromEntries(said.filter(([, text]) => text));
  return { ...rest, name, type, site_id: siteId };
}

export function TypeField({ error }: { error?: string | undefined }) {
  const { data } = useQuery(deviceTypesQuery);
  const typeName = useTypeName();
  return (
    <SelectField label={m.addDevice.type} name="type" error={error}>
      {data?.items.map(({ name }) => (
        <option key={name} value={name}>
          {typeName(name)}
        </option>
      ))}
    </SelectField>
  );
}
