import type { QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "@/features/live/connection";
import { throttle } from "@/lib/throttle";
import { overviewKey } from "./api";
import { pulse } from "./pulse";

const REFRESH_AT_MOST_EVERY_MS = 3_000;
const refreshers = new WeakMap<QueryClient, () => void>();

/** What changes the picture is asked for anew; each report is a beat of the pulse. */
export function applyOverviewEvents(queries: QueryClient, events: readonly LiveEvent[]): void {
  pulse.take(events, Date.now());
  const changes = ({ kind }: LiveEvent) =>
    kind.startsWith("device.") || kind.startsWith("incident.");
  if (!events.some(changes)) return;
  let refresh = refreshers.get(queries);
  if (!refresh) {
    refresh = throttle(
      () => void queries.invalidateQueries({ queryKey: overviewKey }),
      REFRESH_AT_MOST_EVERY_MS,
    );
    refreshers.set(queries, refresh);
  }
  refresh();
}
