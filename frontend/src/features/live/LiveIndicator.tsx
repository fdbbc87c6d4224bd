import { useEffect, useRef, useState } from "react";
import { formatSpan } from "@/lib/format";
import { useNow } from "@/lib/now";
import { m } from "@/messages";
import { cx } from "@/ui/cx";
import type { LiveStatus } from "./connection";
import { useLiveStatus } from "./LiveProvider";

type State = LiveStatus["state"];

const LOOKS: Record<State, { text: string; dot: string }> = {
  connecting: { text: "text-unknown", dot: "border-2 border-dashed border-current" },
  live: { text: "text-ok", dot: "bg-current" },
  stale: { text: "text-warn", dot: "border-2 border-current" },
  offline: { text: "text-critical", dot: "rounded-none! rotate-45 bg-current" },
};

const HINTS: Record<State, string> = {
  connecting: m.live.connecting,
  live: m.live.liveHint,
  stale: m.live.staleHint,
  offline: m.live.offlineHint,
};

/** Says honestly how fresh the page is. The seconds tick for the eye only. */
export function LiveIndicator() {
  const status = useLiveStatus();
  const spoken = useSpoken(status.state);
  const look = LOOKS[status.state];
  return (
    <div
      title={HINTS[status.state]}
      data-live={status.state}
      className={cx("flex items-center gap-2 text-sm font-medium whitespace-nowrap", look.text)}
    >
      <span aria-hidden="true" className={cx("size-2 shrink-0 rounded-full", look.dot)} />
      <span>
        <span className="sr-only">{m.live.label}: </span>
        <Words status={status} />
      </span>
      <span role="status" className="sr-only">
        {spoken}
      </span>
    </div>
  );
}

function Words({ status }: { status: LiveStatus }) {
  if (status.state === "connecting") return m.live.connecting;
  if (status.state === "live") return m.live.live;
  return <Since status={status} />;
}

function Since({ status }: { status: Extract<LiveStatus, { sinceMs: number }> }) {
  const span = formatSpan((useNow() - status.sinceMs) / 1000);
  return status.state === "stale" ? m.live.stale(span) : m.live.offlineSince(span);
}

/** What a screen reader hears: only a change, and not the first one. */
function useSpoken(state: State): string {
  const [spoken, setSpoken] = useState("");
  const before = useRef<State>(state);
  useEffect(() => {
    if (before.current === state) return;
    const wasLost = before.current === "stale" || before.current === "offline";
    before.current = state;
    if (state === "stale") setSpoken(m.live.nowStale);
    else if (state === "offline") setSpoken(m.live.nowOffline);
    else if (wasLost && state === "live") setSpoken(m.live.nowLive);
  }, [state]);
  return spoken;
}
