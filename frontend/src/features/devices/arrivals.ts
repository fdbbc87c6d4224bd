import type { QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "@/features/live/connection";

/** Devices that enrolled while this page was open, the newest last. */
export const arrivalsKey = ["arrivals"] as const;
const KEPT_MAX = 50;

export interface Arrival {
  deviceId: string;
  at: string;
}

export function applyArrivals(queries: QueryClient, events: readonly LiveEvent[]): void {
  const came = events.flatMap(({ kind, data, at }) =>
    kind === "device.enrolled" && typeof data.device_id === "string"
      ? [{ deviceId: data.device_id, at }]
      : [],
  );
  if (came.length === 0) return;
  queries.setQueryData<Arrival[]>(arrivalsKey, (before = []) =>
    [...before, ...came].slice(-KEPT_MAX),
  );
}
