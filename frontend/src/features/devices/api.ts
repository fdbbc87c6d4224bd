import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { DevicePage, NewDevice, NewIntent } from "@/api/types";
import type { DeviceSearch } from "./search";

type Grants = components["schemas"]["Grants"];

const PAGE_SIZE = 100;
const REFRESH_MS = 30_000;
/** A list scrolled deeper than this is not loaded anew by itself: live events keep it right. */
export const FRESH_PAGES_MAX = 3;

export type DeviceList = InfiniteData<DevicePage, string | null>;

export const deviceKeys = {
  lists: ["devices", "list"] as const,
  ones: ["devices", "one"] as const,
  one: (id: string) => ["devices", "one", id] as const,
};

export const isDeep = (pages = 0): boolean => pages > FRESH_PAGES_MAX;

const asList = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

export const devicesQuery = (search: DeviceSearch) =>
  infiniteQueryOptions({
    queryKey: [...deviceKeys.lists, search],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get("/api/devices", {
        signal,
        query: {
          q: search.q,
          site_id: asList(search.site),
          type: asList(search.type),
          connectivity: asList(search.connectivity),
          provenance: asList(search.provenance),
          lifecycle: asList(search.lifecycle),
          sort: search.sort,
          limit: PAGE_SIZE,
          cursor: pageParam,
        },
      }),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: (query) =>
      isDeep(query.state.data?.pages.length) ? Number.POSITIVE_INFINITY : 5_000,
    refetchInterval: (query) => (isDeep(query.state.data?.pages.length) ? false : REFRESH_MS),
  });

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: deviceKeys.one(id),
    queryFn: ({ signal }) =>
      api.get("/api/devices/{device_id}", { path: { device_id: id }, signal }),
    refetchInterval: REFRESH_MS,
  });

export const healthQuery = (id: string) =>
  queryOptions({
    queryKey: [...deviceKeys.one(id), "health"],
    queryFn: ({ signal }) =>
      api.get("/api/devices/{device_id}/health", { path: { device_id: id }, signal }),
    refetchInterval: REFRESH_MS,
  });

export const deviceTypesQuery = queryOptions({
  queryKey: ["device-types"],
  staleTime: 300_000,
  queryFn: ({ signal }) => api.get("/api/device-types", { signal }),
});

export const eventsQuery = (id: string) =>
  queryOptions({
    queryKey: [...deviceKeys.one(id), "events"],
    queryFn: ({ signal }) =>
      api.get("/api/devices/{device_id}/events", {
        path: { device_id: id },
        query: { limit: 50 },
        signal,
      }),
  });

export const commandsQuery = (id: string) =>
  queryOptions({
    queryKey: [...deviceKeys.one(id), "commands"],
    queryFn: ({ signal }) =>
      api.get("/api/devices/{device_id}/commands", {
        path: { device_id: id },
        query: { limit: 50 },
        signal,
      }),
  });

const HISTORY_MS = 24 * 3_600_000;

export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: [...deviceKeys.one(id), "connectivity"],
    refetchInterval: 60_000,
    queryFn: ({ signal }) =>
      api.get("/api/devices/{device_id}/connectivity", {
        path: { device_id: id },
        query: { from: new Date(Date.now() - HISTORY_MS).toISOString() },
        signal,
      }),
  });

export function useAddDevice() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewDevice) => api.post("/api/devices", { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: deviceKeys.lists }),
  });
}

export function useAddIntent() {
  return useMutation({
    mutationFn: (body: NewIntent) => api.post("/api/enrolment-intents", { body }),
  });
}

export function useRotateKey(id: string) {
  return useMutation({
    mutationFn: () => api.post("/api/devices/{device_id}/rotate-key", { path: { device_id: id } }),
  });
}

export const permissionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...deviceKeys.one(id), "permissions"],
    queryFn: ({ signal }) =>
      api.get("/api/devices/{device_id}/permissions", { path: { device_id: id }, signal }),
  });

export function useGrant(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (permissions: Grants) =>
      api.put("/api/devices/{device_id}/permissions", {
        path: { device_id: id },
        body: { permissions },
      }),
    onSuccess: (found) => queries.setQueryData(permissionsQuery(id).queryKey, found),
  });
}

export function useIssueCommand(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (command: string) =>
      api.post("/api/devices/{device_id}/commands", {
        path: { device_id: id },
        body: { command_type: command },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: commandsQuery(id).queryKey }),
  });
}
