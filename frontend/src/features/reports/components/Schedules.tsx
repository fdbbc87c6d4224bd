import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { channelsQuery } from "@/features/alerts/api";
import { useMay } from "@/features/auth/permissions";
import { siteChoicesQuery } from "@/features/sites/api";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { PlusIcon, ReportIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { schedulesQuery, useRemoveSchedule } from "../api";
import { whatOf } from "../describe";
import type { Schedule } from "../types";
import { ScheduleDialog } from "./ScheduleDialog";

const words = m.schedule;

/** Which reports come by themselves, and to whom they go. */
export function Schedules() {
  const schedules = useQuery(schedulesQuery);
  const mayWrite = useMay("alerts:write");
  const [editing, setEditing] = useState<Schedule | "new" | null>(null);
  const [removing, setRemoving] = useState<Schedule | null>(null);
  const add = mayWrite && (
    <Button kind="primary" onClick={() => setEditing("new")}>
      <PlusIcon /> {words.add}
    </Button>
  );
  const items = schedules.data?.items;
  return (
    <Panel
      title={m.reports.view.schedules}
      lead={words.lead}
      action={items && items.length > 0 && add}
    >
      {schedules.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {schedules.isError && !items && (
        <ErrorNote error={schedules.error} onRetry={() => void schedules.refetch()} />
      )}
      {items?.length === 0 && (
        <Note icon={<ReportIcon />} title={words.none} action={add}>
          {words.noneLead}
        </Note>
      )}
      {items && items.length > 0 && (
        <ul aria-label={m.reports.view.schedules}>
          {items.map((one) => (
            <Row
              key={one.schedule_id}
              schedule={one}
              mayWrite={mayWrite}
              onEdit={() => setEditing(one)}
              onRemove={() => setRemoving(one)}
            />
          ))}
        </ul>
      )}
      {editing && (
        <ScheduleDialog
          schedule={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
      {removing && <Removal schedule={removing} onClose={() => setRemoving(null)} />}
    </Panel>
  );
}

interface RowProps {
  schedule: Schedule;
  mayWrite: boolean;
  onEdit: () => void;
  onRemove: () => void;
}

function Row({ schedule, mayWrite, onEdit, onRemove }: RowProps) {
  const sites = useQuery(siteChoicesQuery).data?.items ?? [];
  const channels = useQuery(channelsQuery).data ?? [];
  const what = whatOf(schedule, sites);
  const names = schedule.channel_ids.map(
    (id) => channels.find((one) => one.channel_id === id)?.name ?? id,
  );
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-64 wrap-anywhere">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {words.whens[schedule.report_type]}
          {!schedule.enabled && <Badge tone="unknown">{words.off}</Badge>}
        </p>
        <p>{what}</p>
        <p className="text-muted">
          {m.reports.modes[schedule.mode]} ·{" "}
          {names.length > 0 ? words.to(names.join(", ")) : words.nobody}
        </p>
      </div>
      {mayWrite && (
        <div className="flex flex-wrap gap-2">
          <Button
            aria-label={words.editOf(`${words.whens[schedule.report_type]}, ${what}`)}
            onClick={onEdit}
          >
            {words.edit}
          </Button>
          <Button
            kind="quiet"
            aria-label={words.removeOf(`${words.whens[schedule.report_type]}, ${what}`)}
            onClick={onRemove}
          >
            {words.remove}
          </Button>
        </div>
      )}
    </li>
  );
}

function Removal({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const remove = useRemoveSchedule(schedule.schedule_id);
  return (
    <Confirm
      title={words.removeTitle}
      lead={words.removeLead}
      action={words.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
