import type { QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "@/features/live/connection";
import { throttle } from "@/lib/throttle";
import { incidentKeys } from "./api";

const REFRESH_AT_MOST_EVERY_MS = 2_000;
const refreshers = new WeakMap<QueryClient, () => void>();

/** What happened with an incident, or what became of a message about one, is asked for anew. */
export function applyIncidentEvents(queries: QueryClient, events: readonly LiveEvent[]): void {
  if (!events.some(({ kind }) => kind.startsWith("incident.") || kind === "alert.delivery")) return;
  let refresh = refreshers.get(queries);
  if (!refresh) {
    refresh = throttle(
      () => void queries.invalidateQueries({ queryKey: incidentKeys.all }),
      REFRESH_AT_MOST_EVERY_MS,
    );
    refreshers.set(queries, refresh);
  }
  refresh();
}
