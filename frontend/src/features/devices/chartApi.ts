import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import { fixedRange, type RangeSearch, rangeOf, searchOf } from "@/charts/range";
import { deviceKeys } from "./api";

const POINTS = 600;
const REFRESH_MS = 30_000;
const USUAL_MS = 600_000;
const LISTED_MAX = 200;

export type Chart = components["schemas"]["ChartOut"];

export const chartKeys = {
  series: (id: string) => [...deviceKeys.one(id), "series"] as const,
  newest: (id: string) => [...deviceKeys.one(id), "newest"] as const,
};

/** A stretch of some metrics; `shiftMs` earlier where it is for a comparison. */
export const seriesQuery = (
  id: string,
  metrics: readonly string[],
  search: RangeSearch,
  shiftMs = 0,
) => {
  const { span, from, to } = search;
  return queryOptions({
    queryKey: [...chartKeys.series(id), [...metrics].sort(), { span, from, to }, shiftMs],
    enabled: metrics.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: fixedRange(search) ? false : REFRESH_MS,
    queryFn: ({ signal }) => {
      const { fromMs, toMs } = rangeOf(search, Date.now());
      const asked = searchOf({ fromMs: fromMs - shiftMs, toMs: toMs - shiftMs });
      return api.get("/api/devices/{device_id}/metrics", {
        path: { device_id: id },
        query: { metrics: [...metrics], ...asked, points: POINTS },
        signal,
      });
    },
  });
};

export const newestQuery = (id: string) =>
  queryOptions({
    queryKey: chartKeys.newest(id),
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => api.get("/api/telemetry/latest", { query: { devices: [id] }, signal }),
  });

const byName = ({ items }: components["schemas"]["MetricList"]) =>
  new Map(items.map((one) => [one.name, one]));

export const registryQuery = queryOptions({
  queryKey: ["metrics"],
  staleTime: 300_000,
  queryFn: ({ signal }) => api.get("/api/metrics", { signal }),
  select: byName,
});

export const thresholdsQuery = (id: string) =>
  queryOptions({
    queryKey: [...deviceKeys.one(id), "thresholds"],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      api.get("/api/devices/{device_id}/thresholds", { path: { device_id: id }, signal }),
  });

export const predictionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...deviceKeys.one(id), "predictions"],
    staleTime: 300_000,
    queryFn: ({ signal }) =>
      api.get("/api/ai/predict/{device_id}", { path: { device_id: id }, signal }),
  });

export const anomaliesQuery = (id: string, to: string | undefined) =>
  queryOptions({
    queryKey: [...deviceKeys.one(id), "anomalies", to],
    placeholderData: keepPreviousData,
    refetchInterval: to ? false : REFRESH_MS,
    queryFn: ({ signal }) =>
      api.get("/api/ai/anomalies", { query: { device: id, to, limit: LISTED_MAX }, signal }),
  });

/** Beside the lists of incidents, so that whatever happens with one renews them too. */
export const incidentsOfQuery = (id: string, to: string | undefined) =>
  queryOptions({
    queryKey: ["incidents", "of-device", id, to],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.get("/api/incidents", { query: { device: id, to, limit: LISTED_MAX }, signal }),
  });

export const eventsInQuery = (id: string, search: RangeSearch) => {
  const { span, from, to } = search;
  return queryOptions({
    queryKey: [...deviceKeys.one(id), "events", { span, from, to }],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.get("/api/devices/{device_id}/events", {
        path: { device_id: id },
        query: { ...searchOf(rangeOf(search, Date.now())), limit: LISTED_MAX },
        signal,
      }),
  });
};

/** Devices of the same type: what can be compared. */
export const peersQuery = (type: string | undefined) =>
  queryOptions({
    queryKey: ["peers", type],
    enabled: type !== undefined,
    staleTime: 300_000,
    queryFn: ({ signal }) =>
      api.get("/api/devices", { query: { type: type ? [type] : [], limit: 100 }, signal }),
  });

/** What detection holds for usual, as far as it has learnt that. */
export const usualQuery = (id: string, metrics: readonly string[], search: RangeSearch) => {
  const { span, from, to } = search;
  return queryOptions({
    queryKey: [...deviceKeys.one(id), "usual", [...metrics].sort(), { span, from, to }],
    enabled: metrics.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: fixedRange(search) ? false : USUAL_MS,
    queryFn: ({ signal }) => {
      const { fromMs, toMs } = rangeOf(search, Date.now());
      return api.get("/api/ai/usual/{device_id}", {
        path: { device_id: id },
        // A little beyond the edge, so that the field goes on while values come in.
        query: { metrics: [...metrics], ...searchOf({ fromMs, toMs: toMs + USUAL_MS }) },
        signal,
      });
    },
  });
};
