import { type FormEvent, useState } from "react";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { Check, refusals, textOf } from "@/ui/forms";
import { explain, Trouble } from "@/ui/states";
import { useAddChannel, useChangeChannel } from "../api";
import type { Channel, NewChannel } from "../types";
import { Options } from "./RuleDialog";

const NAMES = ["name", "kind", "url", "topic", "length"];
const words = m.alerts.channel;

type Kind = NonNullable<NewChannel["kind"]>;
type Length = NonNullable<NewChannel["length"]>;

export function ChannelDialog(props: { channel: Channel | null; onClose: () => void }) {
  const { channel, onClose } = props;
  return channel ? <Changing channel={channel} onClose={onClose} /> : <Adding onClose={onClose} />;
}

function Adding({ onClose }: { onClose: () => void }) {
  const add = useAddChannel();
  return (
    <Form
      channel={null}
      error={add.error}
      busy={add.isPending}
      onSubmit={(body) => add.mutate(body, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}

function Changing({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const change = useChangeChannel(channel.channel_id);
  return (
    <Form
      channel={channel}
      error={change.error}
      busy={change.isPending}
      onSubmit={({ kind: _, ...body }) => change.mutate(body, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}

interface FormProps {
  channel: Channel | null;
  error: unknown;
  busy: boolean;
  onSubmit: (body: NewChannel) => void;
  onClose: () => void;
}

function Form({ channel, error, busy, onSubmit, onClose }: FormProps) {
  const [kind, setKind] = useState<Kind>(channel?.kind ?? "service");
  const { at, loose } = refusals(error, NAMES);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (!busy) onSubmit(read(new FormData(event.currentTarget), kind));
  }

  return (
    <Dialog title={channel ? m.alerts.editOf(channel.name) : words.add} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {loose && <Trouble>{explain(error)}</Trouble>}
        <TextField
          label={m.alerts.name}
          name="name"
          defaultValue={channel?.name ?? ""}
          error={at("name")}
          maxLength={200}
          required
        />
        {!channel && (
          <SelectField
            label={words.kind}
            value={kind}
            error={at("kind")}
            onChange={(event) => setKind(event.target.value as Kind)}
          >
            <Options of={words.kinds} />
          </SelectField>
        )}
        {kind === "service" && (
          <TextField
            label={words.url}
            name="url"
            hint={channel ? words.urlKeep : words.urlHint}
            error={at("url")}
            maxLength={2000}
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            required={!channel}
          />
        )}
        {kind === "mqtt" && (
          <TextField
            label={words.topic}
            name="topic"
            hint={words.topicHint}
            defaultValue={channel?.topic ?? ""}
            error={at("topic")}
            maxLength={200}
            required
          />
        )}
        {kind !== "dashboard" && (
          <SelectField
            label={words.length}
            name="length"
            defaultValue={channel?.length ?? "auto"}
            error={at("length")}
          >
            {!channel && <option value="auto">{words.lengths.auto}</option>}
            <option value="short">{words.lengths.short}</option>
            <option value="long">{words.lengths.long}</option>
          </SelectField>
        )}
        <Check name="enabled" label={m.alerts.enabled} checked={channel?.enabled ?? true} />
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={busy}>
            {channel ? m.alerts.save : words.add}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function read(form: FormData, kind: Kind): NewChannel {
  const url = textOf(form, "url");
  const topic = textOf(form, "topic");
  const length = textOf(form, "length");
  return {
    name: textOf(form, "name"),
    kind,
    enabled: form.has("enabled"),
    ...(url && { url }),
    ...(topic && { topic }),
    ...((length === "short" || length === "long") && { length: length as Length }),
  };
}
