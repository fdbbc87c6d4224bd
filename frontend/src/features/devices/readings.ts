import type { QueryClient } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { LiveEvent } from "@/features/live/connection";
import { throttle } from "@/lib/throttle";
import { chartKeys } from "./chartApi";

type Listener = (devices: ReadonlySet<string> | null) => void;
const listeners = new WeakMap<QueryClient, Set<Listener>>();

/** Readings were stored: null stands for more devices than are named. */
export function applyReadingEvents(queries: QueryClient, events: readonly LiveEvent[]): void {
  const heard = listeners.get(queries);
  if (!heard || heard.size === 0) return;
  const named = new Set<string>();
  let isAny = false;
  let isUnnamed = false;
  for (const { kind, data } of events) {
    if (kind !== "readings.stored") continue;
    isAny = true;
    if (Array.isArray(data.devices)) for (const id of data.devices) named.add(String(id));
    else isUnnamed = true;
  }
  if (isAny) for (const listener of heard) listener(isUnnamed ? null : named);
}

/** While a device is shown its readings are asked for as they come, but not more often than this. */
export function useFreshReadings(id: string, pauseMs: number, isFollowed: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    const refresh = throttle(() => {
      void queries.invalidateQueries({ queryKey: chartKeys.newest(id) });
      if (isFollowed) void queries.invalidateQueries({ queryKey: chartKeys.series(id) });
    }, pauseMs);
    const listener: Listener = (devices) => {
      if (devices === null || devices.has(id)) refresh();
    };
    const mine = listeners.get(queries) ?? new Set();
    listeners.set(queries, mine.add(listener));
    return () => void mine.delete(listener);
  }, [queries, id, pauseMs, isFollowed]);
}
