import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { PlusIcon, SignalIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { channelsQuery, useRemoveChannel } from "../api";
import type { Channel } from "../types";
import { ChannelDialog } from "./ChannelDialog";
import { ChannelTest } from "./ChannelTest";

export function Channels() {
  const channels = useQuery(channelsQuery);
  const mayWrite = useMay("alerts:write");
  const [editing, setEditing] = useState<Channel | "new" | null>(null);
  const [removing, setRemoving] = useState<Channel | null>(null);
  const add = mayWrite && (
    <Button kind="primary" onClick={() => setEditing("new")}>
      <PlusIcon /> {m.alerts.channel.add}
    </Button>
  );
  const isEmpty = channels.data?.length === 0;
  return (
    <Panel title={m.alerts.channels} action={isEmpty === false && add}>
      {channels.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {channels.isError && !channels.data && (
        <ErrorNote error={channels.error} onRetry={() => void channels.refetch()} />
      )}
      {isEmpty && (
        <Note icon={<SignalIcon />} title={m.alerts.channel.none} action={add}>
          {m.alerts.channel.noneLead}
        </Note>
      )}
      <ul aria-label={m.alerts.channels}>
        {channels.data?.map((channel) => (
          <li
            key={channel.channel_id}
            className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5"
          >
            <About channel={channel} />
            {mayWrite && (
              <div className="flex flex-wrap items-start gap-2">
                <ChannelTest channel={channel} />
                <Button
                  aria-label={m.alerts.editOf(channel.name)}
                  onClick={() => setEditing(channel)}
                >
                  {m.alerts.edit}
                </Button>
                <Button
                  kind="quiet"
                  aria-label={m.alerts.removeOf(channel.name)}
                  onClick={() => setRemoving(channel)}
                >
                  {m.alerts.remove}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {editing && (
        <ChannelDialog
          channel={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
      {removing && <Removal channel={removing} onClose={() => setRemoving(null)} />}
    </Panel>
  );
}

function About({ channel }: { channel: Channel }) {
  return (
    <div className="min-w-0 flex-1 basis-64 wrap-anywhere">
      <p className="flex flex-wrap items-center gap-2 font-medium">
        {channel.name}
        {!channel.enabled && <Badge tone="unknown">{m.alerts.off}</Badge>}
        {channel.failing_since && (
          <Badge tone="critical">
            {m.alerts.channel.failing} <Age at={channel.failing_since} />
          </Badge>
        )}
      </p>
      <p className="text-muted">{channel.shown || m.alerts.channel.kinds[channel.kind]}</p>
      <p className="text-muted">
        {channel.last_sent_at ? (
          <>
            {m.alerts.channel.lastSent} <Age at={channel.last_sent_at} />
          </>
        ) : (
          m.alerts.channel.neverSent
        )}
      </p>
      {channel.failing_since && channel.problem && <p>{channel.problem}</p>}
    </div>
  );
}

function Removal({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const remove = useRemoveChannel(channel.channel_id);
  return (
    <Confirm
      title={m.alerts.channel.removeTitle(channel.name)}
      lead={m.alerts.channel.removeLead}
      action={m.alerts.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
