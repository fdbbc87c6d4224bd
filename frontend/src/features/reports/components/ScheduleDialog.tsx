import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { channelsQuery } from "@/features/alerts/api";
import { siteChoicesQuery } from "@/features/sites/api";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { Check, CheckList, refusals, textOf, textsOf } from "@/ui/forms";
import { explain, Trouble } from "@/ui/states";
import { useSaveSchedule } from "../api";
import type { NewSchedule, Schedule } from "../types";
import { DeviceField } from "./DeviceField";

type When = NewSchedule["report_type"];
type Scope = NewSchedule["scope"];

const NAMES = ["site_id", "device_id", "timezone", "channel_ids", "scope"];
const words = m.schedule;

export function ScheduleDialog(props: { schedule: Schedule | null; onClose: () => void }) {
  const { schedule, onClose } = props;
  const save = useSaveSchedule(schedule?.schedule_id ?? null);
  const [when, setWhen] = useState<When>(schedule?.report_type ?? "daily");
  const [scope, setScope] = useState<Scope>(schedule?.scope ?? "each_site");
  const { at, loose } = refusals(save.error, NAMES);
  const scopes = when === "incident" ? words.incidentScopes : words.scopes;
  const fitting = scope in scopes ? scope : "everything";

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (save.isPending) return;
    save.mutate(read(new FormData(event.currentTarget), when, fitting), { onSuccess: onClose });
  }

  return (
    <Dialog title={schedule ? words.edit : words.add} lead={words.lead} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {loose && <Trouble>{explain(save.error)}</Trouble>}
        <SelectField
          label={words.kind}
          value={when}
          onChange={(event) => setWhen(event.target.value as When)}
        >
          <Choices of={words.whens} />
        </SelectField>
        <SelectField
          label={words.scope}
          value={fitting}
          error={at("scope")}
          onChange={(event) => setScope(event.target.value as Scope)}
        >
          <Choices of={scopes} />
        </SelectField>
        <OfWhat schedule={schedule} when={when} scope={fitting} at={at} />
        <SelectField
          label={m.makeReport.mode}
          name="mode"
          defaultValue={schedule?.mode ?? "maintenance"}
        >
          <Choices of={m.reports.modes} />
        </SelectField>
        <Receivers schedule={schedule} error={at("channel_ids")} />
        <Check name="enabled" label={words.enabled} checked={schedule?.enabled ?? true} />
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={save.isPending}>
            {schedule ? words.save : words.add}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Choices({ of }: { of: Record<string, string> }) {
  return Object.entries(of).map(([value, label]) => (
    <option key={value} value={value}>
      {label}
    </option>
  ));
}

interface OfWhatProps {
  schedule: Schedule | null;
  when: When;
  scope: Scope;
  at: (name: string) => string | undefined;
}

function OfWhat({ schedule, when, scope, at }: OfWhatProps) {
  const sites = useQuery(siteChoicesQuery).data?.items ?? [];
  if (scope === "site") {
    return (
      <SelectField
        key={sites.length}
        label={m.reports.site}
        name="site_id"
        defaultValue={schedule?.site_id ?? ""}
        error={at("site_id")}
        required
      >
        {sites.map((one) => (
          <option key={one.site_id} value={one.site_id}>
            {one.name}
          </option>
        ))}
      </SelectField>
    );
  }
  if (scope === "device") {
    return (
      <DeviceField name="device_id" value={schedule?.device_id ?? ""} error={at("device_id")} />
    );
  }
  if (scope !== "everything" || when === "incident") return null;
  return (
    <TextField
      label={words.timezone}
      hint={words.timezoneHint}
      name="timezone"
      defaultValue={schedule?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}
      error={at("timezone")}
      maxLength={64}
      autoComplete="off"
      spellCheck={false}
      required
    />
  );
}

function Receivers(props: { schedule: Schedule | null; error: string | undefined }) {
  const channels = useQuery(channelsQuery).data ?? [];
  if (channels.length === 0) return <p className="text-muted">{words.noChannels}</p>;
  return (
    <CheckList
      legend={words.channels}
      name="channel_ids"
      hint={words.channelsHint}
      error={props.error}
      options={channels.map((one) => ({ value: one.channel_id, label: one.name }))}
      chosen={props.schedule?.channel_ids ?? []}
    />
  );
}

export function read(form: FormData, when: When, scope: Scope): NewSchedule {
  const said = (name: string) => textOf(form, name) || null;
  return {
    report_type: when,
    scope,
    site_id: scope === "site" ? said("site_id") : null,
    device_id: scope === "device" ? said("device_id") : null,
    timezone: scope === "everything" ? said("timezone") : null,
    mode: textOf(form, "mode") as NonNullable<NewSchedule["mode"]>,
    channel_ids: textsOf(form, "channel_ids"),
    enabled: form.has("enabled"),
  };
}
