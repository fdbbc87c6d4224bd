import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { NewAction } from "./types";

const REFRESH_MS = 300_000;

export const insightKeys = {
  one: (siteId: string) => ["insights", siteId] as const,
};

export const insightsQuery = (siteId: string) =>
  queryOptions({
    queryKey: insightKeys.one(siteId),
    queryFn: ({ signal }) =>
      api.get("/api/ai/insights/{site_id}", { path: { site_id: siteId }, signal }),
    staleTime: 60_000,
    refetchInterval: REFRESH_MS,
  });

function useChange<T, R>(siteId: string, change: (given: T) => Promise<R>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queries.invalidateQueries({ queryKey: insightKeys.one(siteId) }),
  });
}

export const useTakeAction = (siteId: string) =>
  useChange(siteId, (body: NewAction) =>
    api.post("/api/ai/insights/{site_id}/actions", { path: { site_id: siteId }, body }),
  );

export const useTakeBack = (siteId: string, actionId: string) =>
  useChange(siteId, () =>
    api.delete("/api/ai/insights/{site_id}/actions/{action_id}", {
      path: { site_id: siteId, action_id: actionId },
    }),
  );
