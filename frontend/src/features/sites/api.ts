import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { BootstrapKey, NewSite } from "@/api/types";
import type { SiteSearch } from "./search";

const PAGE_SIZE = 100;

export const siteKeys = {
  all: ["sites"] as const,
  one: (id: string) => ["sites", "one", id] as const,
};

export const sitesQuery = (search: SiteSearch) =>
  infiniteQueryOptions({
    queryKey: [...siteKeys.all, "list", search],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get("/api/sites", {
        signal,
        query: {
          q: search.q,
          archived: search.archived === "true",
          limit: PAGE_SIZE,
          cursor: pageParam,
        },
      }),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

const CHOICES_MAX = 200;

/** For lists to choose from: the first by name, as many as one page may hold. */
export const siteChoicesQuery = queryOptions({
  queryKey: [...siteKeys.all, "choices"],
  staleTime: 60_000,
  queryFn: ({ signal }) => api.get("/api/sites", { query: { limit: CHOICES_MAX }, signal }),
});

export const siteQuery = (id: string) =>
  queryOptions({
    queryKey: siteKeys.one(id),
    queryFn: ({ signal }) => api.get("/api/sites/{site_id}", { path: { site_id: id }, signal }),
  });

export const bootstrapKeysQuery = (siteId: string) =>
  queryOptions({
    queryKey: [...siteKeys.one(siteId), "bootstrap-keys"],
    queryFn: ({ signal }) =>
      api.get("/api/sites/{site_id}/bootstrap-keys", {
        path: { site_id: siteId },
        signal,
      }),
  });

export function useAddSite() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewSite) => api.post("/api/sites", { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: siteKeys.all }),
  });
}

export type SiteChange = components["schemas"]["SiteChange"];

export function useChangeSite(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: SiteChange) =>
      api.patch("/api/sites/{site_id}", { path: { site_id: id }, body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: siteKeys.all }),
  });
}

/** Put away with its devices, or brought back without them. */
export function useShelve(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (step: "archive" | "restore"): Promise<void> => {
      const path = { site_id: id };
      if (step === "restore") await api.post("/api/sites/{site_id}/restore", { path });
      else await api.post("/api/sites/{site_id}/archive", { path, body: { with_devices: true } });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: siteKeys.all }),
  });
}

export function useAddBootstrapKey(siteId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      api.post("/api/sites/{site_id}/bootstrap-keys", {
        path: { site_id: siteId },
        body: {},
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: siteKeys.one(siteId) }),
  });
}

export function useRevokeBootstrapKey(siteId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: BootstrapKey["id"]) =>
      api.delete("/api/sites/{site_id}/bootstrap-keys/{key_id}", {
        path: { site_id: siteId, key_id: id },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: siteKeys.one(siteId) }),
  });
}
