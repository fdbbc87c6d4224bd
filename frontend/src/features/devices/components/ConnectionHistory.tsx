import { useQuery } from "@tanstack/react-query";
import type { Connectivity, ConnectivityHistory } from "@/api/types";
import { formatRatio, formatShortDateTime, formatSpan } from "@/lib/format";
import { m } from "@/messages";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { historyQuery } from "../api";
import { type Stretch, stretchesOf } from "../stretches";
import { ConnectivityMark } from "./badges";

const CHANGES_SHOWN_MAX = 8;

/** A day of contact as one band, and the newest changes in words. */
export function ConnectionHistory({ deviceId }: { deviceId: string }) {
  const history = useQuery(historyQuery(deviceId));
  return (
    <Panel title={m.devices.history} lead={m.devices.historySpan}>
      <div className="px-4 py-4 sm:px-5">
        {history.isPending && <Skeleton className="h-7 w-full" />}
        {history.isError && !history.data && (
          <ErrorNote error={history.error} onRetry={() => void history.refetch()} />
        )}
        {history.data && <History history={history.data} />}
      </div>
    </Panel>
  );
}

function History({ history }: { history: ConnectivityHistory }) {
  const { online_ratio: ratio, online_s, offline_s } = history.uptime;
  const known = formatSpan(online_s + offline_s);
  return (
    <div className="grid gap-3">
      <Band stretches={stretchesOf(history)} />
      <div className="flex justify-between gap-3 text-xs text-muted">
        <span>{formatShortDateTime(history.start)}</span>
        <span>{formatShortDateTime(history.end)}</span>
      </div>
      <p>
        {ratio === null ? m.devices.historyNone : m.devices.historyLabel(formatRatio(ratio), known)}
      </p>
      {history.server_gaps.length > 0 && (
        <p className="text-muted">{m.devices.serverAway(history.server_gaps.length)}</p>
      )}
      <Changes history={history} />
    </div>
  );
}

const FILLS: Record<Connectivity, string> = {
  online: "fill-ok",
  offline: "fill-critical",
  unknown: "fill-unknown-soft",
};

/** Offline is lower as well as red, so that the band reads without colour. */
function Band({ stretches }: { stretches: readonly Stretch[] }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 1000 20"
      preserveAspectRatio="none"
      className="h-5 w-full rounded-md"
    >
      {stretches.map(({ from, to, state }) => (
        <rect
          key={from}
          x={from * 1000}
          width={Math.max(1, (to - from) * 1000)}
          y={state === "offline" ? 10 : 0}
          height={state === "offline" ? 10 : 20}
          className={FILLS[state]}
        />
      ))}
    </svg>
  );
}

function Changes({ history }: { history: ConnectivityHistory }) {
  const newest = [...history.items]
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, CHANGES_SHOWN_MAX);
  if (newest.length === 0) return null;
  return (
    <div>
      <h3 className="mb-1 text-xs text-muted">{m.devices.changes}</h3>
      <ul className="grid gap-1">
        {newest.map((change) => (
          <li key={`${change.at}-${change.state}`} className="flex items-center gap-3">
            <time dateTime={change.at} className="w-32 shrink-0 text-muted">
              {formatShortDateTime(change.at)}
            </time>
            <ConnectivityMark connectivity={change.state} />
          </li>
        ))}
      </ul>
    </div>
  );
}
