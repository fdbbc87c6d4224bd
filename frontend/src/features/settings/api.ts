import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { ModeName } from "@/api/types";
import { deviceKeys, deviceTypesQuery } from "@/features/devices/api";

type Schemas = components["schemas"];
export type Token = Schemas["TokenView"];
export type NewToken = Schemas["NewToken"];
export type Tariff = Schemas["TariffLine"];
export type NewTariff = Schemas["TariffIn"];
export type AuditEntry = Schemas["EntryView"];
export type TypeChange = Schemas["TypeChange"];
export type HealthThresholds = Schemas["HealthThresholds"];

const PAGE_SIZE = 50;
const TOKENS_MAX = 500;

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => api.get("/api/tokens", { query: { limit: TOKENS_MAX }, signal }),
});

export function useAddToken() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewToken) => api.post("/api/tokens", { body }),
    onSuccess: () => queries.invalidateQueries(tokensQuery),
  });
}

export function useRevokeToken(id: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete("/api/tokens/{token_id}", { path: { token_id: id } }),
    onSuccess: () => queries.invalidateQueries(tokensQuery),
  });
}

export const modesQuery = queryOptions({
  queryKey: ["modes"],
  queryFn: ({ signal }) => api.get("/api/ai/modes", { signal }),
});

export function useChooseMode() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (mode: ModeName) => api.put("/api/ai/modes", { body: { mode } }),
    onSuccess: (found) => queries.setQueryData(modesQuery.queryKey, found),
  });
}

export const tariffsQuery = queryOptions({
  queryKey: ["tariffs"],
  queryFn: ({ signal }) => api.get("/api/tariffs", { signal }),
});

export function useSaveTariff() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewTariff) => api.put("/api/tariffs", { body }),
    onSuccess: (found) => queries.setQueryData(tariffsQuery.queryKey, found),
  });
}

export function useRemoveTariff({ site_id, device_type }: Tariff) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      api.delete("/api/tariffs", {
        query: { ...(site_id && { site_id }), ...(device_type && { device_type }) },
      }),
    onSuccess: () => queries.invalidateQueries(tariffsQuery),
  });
}

export const auditQuery = infiniteQueryOptions({
  queryKey: ["audit"],
  initialPageParam: null as number | null,
  queryFn: ({ pageParam, signal }) =>
    api.get("/api/audit", {
      query: { limit: PAGE_SIZE, ...(pageParam !== null && { before: pageParam }) },
      signal,
    }),
  getNextPageParam: (page) => page.next_before,
});

export const typeThresholdsQuery = (name: string) =>
  queryOptions({
    queryKey: [...deviceTypesQuery.queryKey, name, "thresholds"],
    queryFn: ({ signal }) =>
      api.get("/api/device-types/{name}/thresholds", { path: { name }, signal }),
  });

/** Null: back to what is shipped. */
export function useSayTypeHealth(name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: HealthThresholds | null): Promise<void> => {
      const path = "/api/device-types/{name}/thresholds";
      if (body) await api.put(path, { path: { name }, body });
      else await api.delete(path, { path: { name } });
    },
    onSuccess: () => queries.invalidateQueries(deviceTypesQuery),
  });
}

export function useSayType(name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: TypeChange) => api.put("/api/device-types/{name}", { path: { name }, body }),
    onSuccess: () => queries.invalidateQueries(deviceTypesQuery),
  });
}

export const deviceThresholdsQuery = (id: string) =>
  queryOptions({
    queryKey: [...deviceKeys.one(id), "thresholds"],
    queryFn: ({ signal }) =>
      api.get("/api/devices/{device_id}/thresholds", { path: { device_id: id }, signal }),
  });
