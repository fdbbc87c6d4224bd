import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { deviceTypesQuery } from "@/features/devices/api";
import { useTypeName } from "@/features/devices/typeName";
import { siteChoicesQuery } from "@/features/sites/api";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { refusals, textOf } from "@/ui/forms";
import { explain, Trouble } from "@/ui/states";
import { useAddSilence } from "../api";
import type { NewSilence } from "../types";
import { DeviceField } from "./DeviceField";
import { Options } from "./RuleDialog";

const NAMES = ["device_id", "site_id", "type", "tag", "category", "for_min", "reason"];
const SPAN_DEFAULT_MIN = 240;
const words = m.alerts.silence;

type What = keyof typeof words.whats;

interface SilenceDialogProps {
  /** What it begins with, where it is opened beside a device or a site. */
  deviceId?: string | null;
  siteId?: string | null;
  onClose: () => void;
}

export function SilenceDialog({ deviceId = null, siteId = null, onClose }: SilenceDialogProps) {
  const add = useAddSilence();
  const [what, setWhat] = useState<What>(deviceId ? "device" : "site");
  const sites = useQuery(siteChoicesQuery).data?.items ?? [];
  const types = useQuery(deviceTypesQuery).data?.items ?? [];
  const typeName = useTypeName();
  const { at, loose } = refusals(add.error, NAMES);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (add.isPending) return;
    add.mutate(read(new FormData(event.currentTarget)), { onSuccess: onClose });
  }

  return (
    <Dialog title={words.add} lead={words.noneLead} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {loose && <Trouble>{explain(add.error)}</Trouble>}
        <SelectField
          label={words.what}
          value={what}
          onChange={(event) => setWhat(event.target.value as What)}
        >
          <Options of={words.whats} />
        </SelectField>
        {what === "device" && <DeviceField deviceId={deviceId} error={at("device_id")} />}
        {what === "site" && (
          <SelectField
            key={sites.length}
            label={words.site}
            name="site_id"
            defaultValue={siteId ?? ""}
            error={at("site_id")}
            required
          >
            {sites.map((one) => (
              <option key={one.site_id} value={one.site_id}>
                {one.name}
              </option>
            ))}
          </SelectField>
        )}
        {what === "type" && (
          <SelectField label={words.type} name="type" error={at("type")} required>
            {types.map((one) => (
              <option key={one.name} value={one.name}>
                {typeName(one.name)}
              </option>
            ))}
          </SelectField>
        )}
        {what === "tag" && (
          <TextField label={words.tag} name="tag" error={at("tag")} maxLength={200} required />
        )}
        {what === "category" && (
          <SelectField label={words.category} name="category" error={at("category")} required>
            <Options of={m.incidents.category} />
          </SelectField>
        )}
        <SelectField
          label={words.span}
          name="for_min"
          defaultValue={SPAN_DEFAULT_MIN}
          error={at("for_min")}
        >
          {words.spans.map(([minutes, label]) => (
            <option key={minutes} value={minutes}>
              {label}
            </option>
          ))}
        </SelectField>
        <TextField
          label={words.reason}
          name="reason"
          optional
          maxLength={500}
          error={at("reason")}
        />
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={add.isPending}>
            {words.add}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function read(form: FormData): NewSilence {
  const said: Record<string, string | number> = { for_min: Number(textOf(form, "for_min")) };
  for (const name of ["device_id", "site_id", "type", "tag", "category", "reason"]) {
    const given = textOf(form, name);
    if (given) said[name] = given;
  }
  return said as NewSilence;
}
