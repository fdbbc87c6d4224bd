import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import type { ReportSearch } from "./search";
import type { ModeName, NewSchedule, ReportKind } from "./types";

const PAGE_SIZE = 50;
const REFRESH_MS = 30_000;
const DEVICES_MAX = 20;

export const reportKeys = {
  all: ["reports"] as const,
  one: (id: string) => ["reports", "one", id] as const,
  schedules: ["reports", "schedules"] as const,
};

export const reportsQuery = ({ kind, about, site, device }: ReportSearch) =>
  infiniteQueryOptions({
    queryKey: [...reportKeys.all, "list", kind, about, site, device],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) =>
      api.get("/api/ai/reports", {
        query: {
          report_type: kind ?? null,
          about: about ?? null,
          site_id: site ?? null,
          device_id: device ?? null,
          limit: PAGE_SIZE,
          before: pageParam,
        },
        signal,
      }),
    getNextPageParam: (page) => page.next_before,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

/** It never changes. */
export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: reportKeys.one(id),
    queryFn: ({ signal }) =>
      api.get("/api/ai/reports/{report_id}", { path: { report_id: id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const printedAt = (id: string, format: "pdf" | "html" | "json"): string =>
  `/api/ai/reports/${encodeURIComponent(id)}?format=${format}`;

export const schedulesQuery = queryOptions({
  queryKey: reportKeys.schedules,
  queryFn: ({ signal }) => api.get("/api/ai/report-schedules", { signal }),
});

/** Devices whose name or id has this in it. */
export const devicesLikeQuery = (q: string) =>
  queryOptions({
    queryKey: ["devices", "like", q],
    queryFn: ({ signal }) => api.get("/api/devices", { query: { q, limit: DEVICES_MAX }, signal }),
    placeholderData: keepPreviousData,
  });

/** Which report is wanted; `id` of a site or a device. */
export interface Wish {
  about: "tenant" | "site" | "device";
  id: string;
  kind: ReportKind;
  mode: ModeName | null;
  from: string | null;
  to: string | null;
}

export function useMakeReport() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ wish, signal }: { wish: Wish; signal: AbortSignal }) => make(wish, signal),
    onSuccess: (made) => {
      queries.setQueryData(reportKeys.one(made.report_id), made);
      return queries.invalidateQueries({ queryKey: [...reportKeys.all, "list"] });
    },
  });
}

function make({ about, id, kind, mode, from, to }: Wish, signal: AbortSignal) {
  const query = { report_type: kind, mode, from, to };
  if (about === "device") {
    return api.get("/api/ai/report/{device_id}", { path: { device_id: id }, query, signal });
  }
  if (about === "site") {
    return api.get("/api/ai/report/sites/{site_id}", { path: { site_id: id }, query, signal });
  }
  const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
  return api.get("/api/ai/report", { query: { ...query, timezone }, signal });
}

function useChange<T, R>(change: (given: T) => Promise<R>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queries.invalidateQueries({ queryKey: reportKeys.schedules }),
  });
}

export const useSaveSchedule = (scheduleId: string | null) =>
  useChange((body: NewSchedule) =>
    scheduleId === null
      ? api.post("/api/ai/report-schedules", { body })
      : api.put("/api/ai/report-schedules/{schedule_id}", {
          path: { schedule_id: scheduleId },
          body,
        }),
  );

export const useRemoveSchedule = (scheduleId: string) =>
  useChange(() =>
    api.delete("/api/ai/report-schedules/{schedule_id}", { path: { schedule_id: scheduleId } }),
  );
