import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { deviceTypesQuery } from "@/features/devices/api";
import { siteChoicesQuery } from "@/features/sites/api";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { Check, CheckList, refusals, textOf, textsOf } from "@/ui/forms";
import { explain, Trouble } from "@/ui/states";
import { channelsQuery, useSaveRule } from "../api";
import { type Span, toHours, toSpans } from "../hours";
import type { NewRule, Rule } from "../types";
import { HoursField } from "./HoursField";

const NAMES = [
  ...["name", "tags", "channel_ids", "escalate_after_min", "escalate_channel_ids"],
  ...["digest_at", "timezone", "hours", "site_ids", "types", "categories"],
];
const words = m.alerts.rule;
const CATEGORIES = Object.entries(m.incidents.category).map(([value, label]) => ({ value, label }));

export function RuleDialog({ rule, onClose }: { rule: Rule | null; onClose: () => void }) {
  const save = useSaveRule(rule?.rule_id ?? null);
  const [spans, setSpans] = useState(() => toSpans(rule?.hours ?? []));
  const { at, loose } = refusals(save.error, NAMES);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (save.isPending) return;
    save.mutate(read(new FormData(event.currentTarget), spans), { onSuccess: onClose });
  }

  return (
    <Dialog title={rule ? m.alerts.editOf(rule.name) : words.add} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-5">
        {loose && <Trouble>{explain(save.error)}</Trouble>}
        <TextField
          label={m.alerts.name}
          name="name"
          defaultValue={rule?.name ?? ""}
          error={at("name")}
          maxLength={200}
          required
        />
        <SelectField
          label={words.severity}
          name="severity_min"
          defaultValue={rule?.severity_min ?? "warning"}
        >
          <Options of={words.severities} />
        </SelectField>
        <Where rule={rule} at={at} />
        <Part title={words.about}>
          <About rule={rule} at={at} />
        </Part>
        <Part title={words.when}>
          <HoursField spans={spans} onChange={setSpans} error={at("hours")} />
          <When rule={rule} at={at} />
        </Part>
        <Part title={words.escalate}>
          <Escalation rule={rule} at={at} />
        </Part>
        <div>
          <Check name="tells_over" label={words.over} checked={rule?.tells_over ?? true} />
          <Check name="enabled" label={m.alerts.enabled} checked={rule?.enabled ?? true} />
        </div>
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={save.isPending}>
            {rule ? m.alerts.save : words.add}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

interface PartProps {
  rule: Rule | null;
  at: (name: string) => string | undefined;
}

/** What is seldom needed lies folded. */
function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details className="rounded-lg border border-line open:bg-sunken/40">
      <summary className="min-h-10 cursor-pointer px-3 py-2.5 text-sm font-medium hover:bg-hover">
        {title}
      </summary>
      <div className="grid gap-4 p-3">{children}</div>
    </details>
  );
}

export function Options({ of }: { of: Record<string, string> }) {
  return Object.entries(of).map(([value, label]) => (
    <option key={value} value={value}>
      {label}
    </option>
  ));
}

function useChannelOptions() {
  const channels = useQuery(channelsQuery).data ?? [];
  return channels.map((one) => ({ value: one.channel_id, label: one.name }));
}

function Where({ rule, at }: PartProps) {
  const options = useChannelOptions();
  const chosen = rule?.channel_ids ?? options.slice(0, 1).map(({ value }) => value);
  if (options.length === 0) return <p className="text-muted">{words.noChannels}</p>;
  return (
    <CheckList
      legend={words.where}
      name="channel_ids"
      error={at("channel_ids")}
      options={options}
      chosen={chosen}
    />
  );
}

function About({ rule, at }: PartProps) {
  const sites = useQuery(siteChoicesQuery).data?.items ?? [];
  const types = useQuery(deviceTypesQuery).data?.items ?? [];
  return (
    <>
      <CheckList
        legend={words.categories}
        name="categories"
        hint={words.noneIsAll}
        error={at("categories")}
        options={CATEGORIES}
        chosen={rule?.categories ?? []}
      />
      <CheckList
        key={`sites ${sites.length}`}
        legend={words.sites}
        name="site_ids"
        hint={words.noneIsAll}
        error={at("site_ids")}
        options={sites.map((one) => ({ value: one.site_id, label: one.name }))}
        chosen={rule?.site_ids ?? []}
      />
      <CheckList
        key={`types ${types.length}`}
        legend={words.types}
        name="types"
        hint={words.noneIsAll}
        error={at("types")}
        options={types.map((one) => ({ value: one.name, label: one.label }))}
        chosen={rule?.types ?? []}
      />
      <TextField
        label={words.tags}
        name="tags"
        hint={words.tagsHint}
        error={at("tags")}
        defaultValue={rule?.tags.join(", ") ?? ""}
      />
    </>
  );
}

function When({ rule, at }: PartProps) {
  const [digest, setDigest] = useState<string>(rule?.digest ?? "none");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <SelectField label={words.opening} name="opening" defaultValue={rule?.opening ?? "always"}>
        <Options of={words.openings} />
      </SelectField>
      <Check
        name="during_maintenance"
        label={words.maintenance}
        checked={rule?.during_maintenance ?? false}
      />
      <SelectField
        label={words.digest}
        name="digest"
        value={digest}
        onChange={(event) => setDigest(event.target.value)}
      >
        <Options of={words.digests} />
      </SelectField>
      {digest === "daily" && (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={words.digestAt}
            name="digest_at"
            type="time"
            error={at("digest_at")}
            defaultValue={rule?.digest_at ?? "08:00"}
            required
          />
          <TextField
            label={words.timezone}
            name="timezone"
            error={at("timezone")}
            defaultValue={rule?.timezone ?? own}
            required
          />
        </div>
      )}
    </>
  );
}

function Escalation({ rule, at }: PartProps) {
  const options = useChannelOptions();
  return (
    <>
      <TextField
        label={words.escalateAfter}
        name="escalate_after_min"
        type="number"
        min={1}
        max={10_080}
        optional
        error={at("escalate_after_min")}
        defaultValue={rule?.escalate_after_min ?? ""}
      />
      <CheckList
        legend={words.escalateTo}
        name="escalate_channel_ids"
        error={at("escalate_channel_ids")}
        options={options}
        chosen={rule?.escalate_channel_ids ?? []}
      />
    </>
  );
}

function read(form: FormData, spans: readonly Span[]): NewRule {
  const minutes = textOf(form, "escalate_after_min");
  const categories = textsOf(form, "categories") as NonNullable<NewRule["categories"]>;
  const daily = textOf(form, "digest") === "daily";
  return {
    name: textOf(form, "name"),
    enabled: form.has("enabled"),
    severity_min: textOf(form, "severity_min") as NonNullable<NewRule["severity_min"]>,
    // All of them is the same as none, and longer than the server takes.
    categories: categories.length === CATEGORIES.length ? [] : categories,
    site_ids: textsOf(form, "site_ids"),
    types: textsOf(form, "types"),
    tags: textOf(form, "tags")
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean),
    hours: toHours(spans),
    opening: textOf(form, "opening") as NonNullable<NewRule["opening"]>,
    during_maintenance: form.has("during_maintenance"),
    channel_ids: textsOf(form, "channel_ids"),
    escalate_after_min: minutes === "" ? null : Number(minutes),
    escalate_channel_ids: textsOf(form, "escalate_channel_ids"),
    digest: textOf(form, "digest") as NonNullable<NewRule["digest"]>,
    ...(daily && { digest_at: textOf(form, "digest_at"), timezone: textOf(form, "timezone") }),
    tells_over: form.has("tells_over"),
  } as NewRule;
}
