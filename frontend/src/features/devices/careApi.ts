import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import { deviceKeys } from "./api";
import { thresholdsQuery } from "./chartApi";

export type DeviceChange = components["schemas"]["DeviceChange"];
export type Thresholds = components["schemas"]["DeviceThresholdsOut"];
export type OwnThresholds = components["schemas"]["DeviceThresholds"];

/** What is done to a device as a whole. */
export type Step = "suspend" | "activate" | "revoke-key" | "archive" | "restore";

function useRenewed(id: string) {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: deviceKeys.one(id) }),
      queries.invalidateQueries({ queryKey: deviceKeys.lists }),
    ]);
}

/** Moved to another site first: where that is refused, nothing is changed. */
export function useChangeDevice(id: string) {
  const renewed = useRenewed(id);
  return useMutation({
    mutationFn: async ({ site, body }: { site: string | null; body: DeviceChange }) => {
      const path = { device_id: id };
      if (site === null) return api.patch("/api/devices/{device_id}", { path, body });
      const moved = await api.post("/api/devices/{device_id}/transfer", {
        path,
        body: { site_id: site },
      });
      return api.patch("/api/devices/{device_id}", {
        path,
        body: { ...body, version: moved.version },
      });
    },
    onSettled: renewed,
  });
}

export function useStep(id: string) {
  const renewed = useRenewed(id);
  return useMutation({
    mutationFn: async (step: Step): Promise<void> => {
      await api.post(`/api/devices/{device_id}/${step}`, { path: { device_id: id } });
    },
    onSuccess: renewed,
  });
}

export function useSayLimits(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: OwnThresholds | null): Promise<void> => {
      const path = { device_id: id };
      if (body === null) await api.delete("/api/devices/{device_id}/thresholds", { path });
      else await api.put("/api/devices/{device_id}/thresholds", { path, body });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: thresholdsQuery(id).queryKey }),
  });
}

export type Analysis = components["schemas"]["AnalysisOut"];

const ANALYSED_EVERY_MS = 120_000;

export const analysisQuery = (id: string, period: components["schemas"]["Period"]) =>
  queryOptions({
    queryKey: ["analysis", id, period],
    staleTime: ANALYSED_EVERY_MS,
    refetchInterval: ANALYSED_EVERY_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.get("/api/ai/analyze/{device_id}", {
        path: { device_id: id },
        query: { period },
        signal,
      }),
  });

export const jobsQuery = (id: string) =>
  queryOptions({
    queryKey: [...deviceKeys.one(id), "jobs"],
    queryFn: ({ signal }) =>
      api.get("/api/devices/{device_id}/jobs", { path: { device_id: id }, signal }),
  });
