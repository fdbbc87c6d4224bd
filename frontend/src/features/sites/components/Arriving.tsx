import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { deviceQuery } from "@/features/devices/api";
import { type Arrival, arrivalsKey } from "@/features/devices/arrivals";
import { newestQuery } from "@/features/devices/chartApi";
import { m } from "@/messages";
import { CheckIcon } from "@/ui/icons";

const LOOK_MS = 3_000;
const SHOWN_MAX = 5;

/** Who enrols from now on, and how far each has come: the first reading is the goal. */
export function Arriving() {
  const queries = useQueryClient();
  const read = () => queries.getQueryData<Arrival[]>(arrivalsKey) ?? [];
  const [before] = useState(() => new Set(read().map(({ deviceId }) => deviceId)));
  const { data } = useQuery({
    queryKey: arrivalsKey,
    queryFn: read,
    initialData: read,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const came = [...new Set(data.map(({ deviceId }) => deviceId))].filter((id) => !before.has(id));
  return (
    <section aria-live="polite" className="grid gap-2 rounded-xl border border-line bg-sunken p-3">
      {came.length === 0 && (
        <div className="flex items-start gap-3">
          <span
            aria-hidden="true"
            className="mt-1.5 size-2.5 shrink-0 animate-pulse rounded-full bg-accent"
          />
          <p>
            <span className="block font-medium">{m.care.waiting}</span>
            <span className="text-muted">{m.care.waitingLead}</span>
          </p>
        </div>
      )}
      {came.slice(-SHOWN_MAX).map((id) => (
        <Came key={id} deviceId={id} />
      ))}
    </section>
  );
}

function Came({ deviceId }: { deviceId: string }) {
  const device = useQuery({ ...deviceQuery(deviceId), refetchInterval: LOOK_MS }).data;
  const newest = useQuery({ ...newestQuery(deviceId), refetchInterval: LOOK_MS }).data;
  return (
    <div className="grid gap-1.5">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium wrap-anywhere">{device?.name ?? deviceId}</span>
        <Link
          to="/devices/$deviceId"
          params={{ deviceId }}
          className="text-accent underline underline-offset-2 hover:text-accent-strong"
        >
          {m.care.open}
        </Link>
      </p>
      <ol className="flex flex-wrap gap-x-5 gap-y-1">
        <Step label={m.care.steps.enrolled} isDone />
        <Step label={m.care.steps.heard} isDone={device?.last_seen_at != null} />
        <Step label={m.care.steps.measured} isDone={(newest?.items.length ?? 0) > 0} />
      </ol>
    </div>
  );
}

function Step({ label, isDone }: { label: string; isDone: boolean }) {
  return (
    <li className={isDone ? "flex items-center gap-1.5 text-ok" : "flex items-center gap-1.5"}>
      {isDone ? (
        <CheckIcon />
      ) : (
        <span
          aria-hidden="true"
          className="size-2.5 animate-pulse rounded-full border-2 border-edge"
        />
      )}
      {label}
      {!isDone && <span className="text-muted">{m.care.notYet}</span>}
    </li>
  );
}
