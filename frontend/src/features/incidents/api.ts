import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import type { IncidentSearch } from "./search";

const PAGE_SIZE = 50;
const REFRESH_MS = 30_000;
const DELIVERIES_MAX = 50;
const DECISIONS_MAX = 50;

export const incidentKeys = {
  all: ["incidents"] as const,
  one: (id: string) => ["incidents", "one", id] as const,
};

export const incidentsQuery = (search: IncidentSearch) =>
  infiniteQueryOptions({
    queryKey: [...incidentKeys.all, "list", search],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get("/api/incidents", {
        signal,
        query: {
          q: search.q,
          state: search.all ? [] : ["open", "confirmed"],
          limit: PAGE_SIZE,
          cursor: pageParam,
        },
      }),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: incidentKeys.one(id),
    queryFn: ({ signal }) =>
      api.get("/api/incidents/{incident_id}", { path: { incident_id: id }, signal }),
    refetchInterval: REFRESH_MS,
  });

export const deliveriesQuery = (id: string) =>
  queryOptions({
    queryKey: [...incidentKeys.one(id), "deliveries"],
    queryFn: ({ signal }) =>
      api.get("/api/alerts/deliveries", {
        query: { incident_id: id, limit: DELIVERIES_MAX },
        signal,
      }),
  });

/** Why somebody was told of an incident, or was not. */
export const decisionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...incidentKeys.one(id), "decisions"],
    queryFn: ({ signal }) =>
      api.get("/api/alerts/decisions", {
        query: { incident_id: id, limit: DECISIONS_MAX },
        signal,
      }),
  });

/** What a person says of an incident. */
export type Said =
  | { word: "confirm" | "reopen" | "normal"; note: string }
  | { word: "notes"; note: string }
  | { word: "resolve" | "correct"; note: string; worked: boolean | null };

export function useSay(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (said: Said) => say(id, said),
    onSuccess: () => queries.invalidateQueries({ queryKey: incidentKeys.all }),
  });
}

function say(id: string, said: Said) {
  const path = { incident_id: id };
  const { note } = said;
  switch (said.word) {
    case "confirm":
      return api.post("/api/incidents/{incident_id}/confirm", { path, body: perhaps(note) });
    case "reopen":
      return api.post("/api/incidents/{incident_id}/reopen", { path, body: perhaps(note) });
    case "normal":
      return api.post("/api/incidents/{incident_id}/normal", { path, body: perhaps(note) });
    case "notes":
      return api.post("/api/incidents/{incident_id}/notes", { path, body: { note } });
    case "resolve": {
      const body = { note, worked: said.worked };
      return api.post("/api/incidents/{incident_id}/resolve", { path, body });
    }
    case "correct": {
      const body = { resolution: note, worked: said.worked };
      return api.patch("/api/incidents/{incident_id}", { path, body });
    }
  }
}

const perhaps = (note: string) => (note ? { note } : {});

export function useRemoveIncident(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete("/api/incidents/{incident_id}", { path: { incident_id: id } }),
    onSuccess: () => {
      queries.removeQueries({ queryKey: incidentKeys.one(id) });
      return queries.invalidateQueries({ queryKey: [...incidentKeys.all, "list"] });
    },
  });
}
