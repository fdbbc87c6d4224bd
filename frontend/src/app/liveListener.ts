import type { QueryClient } from "@tanstack/react-query";
import { sessionQuery } from "@/features/auth/api";
import { applyArrivals } from "@/features/devices/arrivals";
import { applyDeviceEvents, isLongList, tellNews } from "@/features/devices/live";
import { applyReadingEvents } from "@/features/devices/readings";
import { applyIncidentEvents } from "@/features/incidents/live";
import type { LiveListener } from "@/features/live/connection";
import { applyOverviewEvents } from "@/features/overview/live";
import { applySiteEvents } from "@/features/sites/live";

/** Hands what happens on the server to the capabilities that show it. */
export function createLiveListener(queries: QueryClient): LiveListener {
  return {
    onEvents: (events) => {
      applyArrivals(queries, events);
      applyDeviceEvents(queries, events);
      applyReadingEvents(queries, events);
      applySiteEvents(queries, events);
      applyIncidentEvents(queries, events);
      applyOverviewEvents(queries, events);
    },
    onReset: () => {
      tellNews(queries, 1);
      void queries.invalidateQueries({
        predicate: (query) => query.queryKey[0] !== "session" && !isLongList(query),
      });
    },
    onRefused: () => {
      void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
  };
}
