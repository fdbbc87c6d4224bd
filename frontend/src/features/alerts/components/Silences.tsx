import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { deviceQuery } from "@/features/devices/api";
import { useTypeName } from "@/features/devices/typeName";
import { siteChoicesQuery } from "@/features/sites/api";
import { formatDateTime, formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { CheckIcon, PlusIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { ErrorNote, explain, Note, Skeleton, Trouble } from "@/ui/states";
import { silencesQuery, useEndSilence } from "../api";
import { categoryName } from "../describe";
import type { Silence } from "../types";
import { SilenceDialog } from "./SilenceDialog";

const words = m.alerts.silence;

export function Silences() {
  const { past } = useSearch({ from: "/inside/alerts" });
  const navigate = useNavigate();
  const silences = useQuery(silencesQuery(past === "true"));
  const mayWrite = useMay("alerts:write");
  const [adding, setAdding] = useState(false);
  const add = mayWrite && (
    <Button kind="primary" onClick={() => setAdding(true)}>
      <PlusIcon /> {words.add}
    </Button>
  );
  const isEmpty = silences.data?.length === 0;
  return (
    <>
      <label className="mb-3 flex min-h-9 items-center gap-2 pointer-coarse:min-h-11">
        <input
          type="checkbox"
          checked={past === "true"}
          onChange={(event) =>
            void navigate({
              to: "/alerts",
              search: { view: "silences", past: event.target.checked ? "true" : undefined },
              replace: true,
            })
          }
          className="size-4 accent-accent"
        />
        {words.past}
      </label>
      <Panel title={m.alerts.silences} action={isEmpty === false && add}>
        {silences.isPending && <Skeleton className="m-5 h-4 w-56" />}
        {silences.isError && !silences.data && (
          <ErrorNote error={silences.error} onRetry={() => void silences.refetch()} />
        )}
        {isEmpty && (
          <Note icon={<CheckIcon />} title={words.none} action={add}>
            {words.noneLead}
          </Note>
        )}
        <ul aria-label={m.alerts.silences}>
          {silences.data?.map((one) => (
            <Row key={one.silence_id} silence={one} mayEnd={mayWrite} />
          ))}
        </ul>
      </Panel>
      {adding && <SilenceDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function Row({ silence, mayEnd }: { silence: Silence; mayEnd: boolean }) {
  const end = useEndSilence(silence.silence_id);
  const what = useWhat(silence);
  const isOver = silence.ended_by !== null || Date.parse(silence.until) <= Date.now();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-64 wrap-anywhere">
        <p className="font-medium">
          {silence.device_id ? (
            <Link
              to="/devices/$deviceId"
              params={{ deviceId: silence.device_id }}
              className="hover:underline"
            >
              {what}
            </Link>
          ) : (
            what
          )}
        </p>
        <p className="text-muted">
          {words.until}{" "}
          <time dateTime={silence.until} title={formatDateTime(silence.until)}>
            {formatShortDateTime(silence.until)}
          </time>{" "}
          · {words.by(silence.created_by)}
        </p>
        {silence.reason && <p>{silence.reason}</p>}
        {end.isError && <Trouble>{explain(end.error)}</Trouble>}
      </div>
      {isOver && <Badge tone="unknown">{words.over}</Badge>}
      {mayEnd && !isOver && (
        <Button
          busy={end.isPending}
          aria-label={words.endOf(what)}
          onClick={() => end.mutate(undefined)}
        >
          {words.end}
        </Button>
      )}
    </li>
  );
}

function useWhat(silence: Silence): string {
  const sites = useQuery(siteChoicesQuery).data?.items;
  const site = sites?.find((one) => one.site_id === silence.site_id)?.name ?? silence.site_id;
  const id = silence.device_id;
  const device = useQuery({ ...deviceQuery(id ?? ""), enabled: id !== null }).data?.name ?? id;
  const typeName = useTypeName();
  const type = silence.type && typeName(silence.type);
  const category = silence.category && categoryName(silence.category);
  return [device, site, type, silence.tag, category].filter(Boolean).join(" · ");
}
