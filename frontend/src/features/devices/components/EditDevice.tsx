import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError } from "@/api/problem";
import type { DeviceDetail } from "@/api/types";
import { siteChoicesQuery } from "@/features/sites/api";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { refusals, textOf } from "@/ui/forms";
import { explain, Trouble } from "@/ui/states";
import { deviceTypesQuery } from "../api";
import { useChangeDevice } from "../careApi";
import { changedDevice, DAYS, TEXTS } from "../changed";
import { useTypeName } from "../typeName";

const FIELDS = ["name", "type", "site_id", "tags", ...TEXTS, ...DAYS];

export function EditDevice({ device }: { device: DeviceDetail }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{m.care.edit}</Button>
      {isOpen && <EditDialog device={device} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function EditDialog({ device: current, onClose }: { device: DeviceDetail; onClose: () => void }) {
  // As it was when this was opened: what comes meanwhile shall not change under one's hands.
  const [device] = useState(current);
  const change = useChangeDevice(device.device_id);
  const { at, loose } = refusals(change.error, FIELDS);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (change.isPending) return;
    const form = new FormData(event.currentTarget);
    const site = textOf(form, "site_id");
    change.mutate(
      { site: site === device.site_id ? null : site, body: changedDevice(device, form) },
      { onSuccess: onClose },
    );
  }

  const { error } = change;
  const isLate = error instanceof ApiError && error.status === 409;
  return (
    <Dialog title={m.care.editDevice(device.name)} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {loose && <Trouble>{isLate ? m.care.changedMeanwhile : explain(error)}</Trouble>}
        <TextField
          label={m.addDevice.name}
          name="name"
          defaultValue={device.name}
          error={at("name")}
          maxLength={200}
          required
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TypeChoice type={device.type} error={at("type")} />
          <SiteField device={device} error={at("site_id")} />
        </div>
        <TextField
          label={m.devices.location}
          name="location"
          hint={m.addDevice.locationHint}
          defaultValue={device.location ?? ""}
          error={at("location")}
          maxLength={500}
          optional
        />
        <TextField
          label={m.care.tags}
          name="tags"
          hint={m.care.tagsHint}
          defaultValue={device.tags.join(", ")}
          error={at("tags")}
          optional
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={m.devices.serial}
            name="serial"
            defaultValue={device.serial ?? ""}
            error={at("serial")}
            maxLength={500}
            optional
          />
          <TextField
            label={m.devices.firmware}
            name="firmware"
            defaultValue={device.firmware ?? ""}
            error={at("firmware")}
            maxLength={500}
            optional
          />
          <TextField
            label={m.devices.installed}
            type="date"
            name="installed_on"
            defaultValue={device.installed_on ?? ""}
            error={at("installed_on")}
            optional
          />
          <TextField
            label={m.devices.warranty}
            type="date"
            name="warranty_until"
            defaultValue={device.warranty_until ?? ""}
            error={at("warranty_until")}
            optional
          />
        </div>
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={change.isPending}>
            {m.care.save}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function TypeChoice({ type, error }: { type: string; error: string | undefined }) {
  const types = useQuery(deviceTypesQuery).data?.items ?? [];
  const typeName = useTypeName();
  const isListed = types.some(({ name }) => name === type);
  return (
    <SelectField
      key={String(isListed)}
      label={m.addDevice.type}
      name="type"
      defaultValue={type}
      error={error}
    >
      {!isListed && <option value={type}>{typeName(type)}</option>}
      {types.map(({ name }) => (
        <option key={name} value={name}>
          {typeName(name)}
        </option>
      ))}
    </SelectField>
  );
}

function SiteField({ device, error }: { device: DeviceDetail; error: string | undefined }) {
  const sites = useQuery(siteChoicesQuery).data?.items ?? [];
  const isListed = sites.some(({ site_id }) => site_id === device.site_id);
  return (
    <SelectField
      key={String(isListed)}
      label={m.care.move}
      name="site_id"
      defaultValue={device.site_id}
      error={error}
    >
      {!isListed && <option value={device.site_id}>{device.site_name}</option>}
      {sites.map(({ site_id, name }) => (
        <option key={site_id} value={site_id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
