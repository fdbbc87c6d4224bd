import type { QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "@/features/live/connection";
import { throttle } from "@/lib/throttle";
import { siteKeys } from "./api";

const REFRESH_AT_MOST_EVERY_MS = 3_000;
const refreshers = new WeakMap<QueryClient, () => void>();

/** A site counts its devices, so a change of a device is one of its site too. */
export function applySiteEvents(queries: QueryClient, events: readonly LiveEvent[]): void {
  if (!events.some(({ kind }) => kind.startsWith("site.") || kind.startsWith("device."))) return;
  let refresh = refreshers.get(queries);
  if (!refresh) {
    refresh = throttle(
      () => void queries.invalidateQueries({ queryKey: siteKeys.all }),
      REFRESH_AT_MOST_EVERY_MS,
    );
    refreshers.set(queries, refresh);
  }
  refresh();
}
