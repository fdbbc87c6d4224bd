import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";

const REFRESH_MS = 15_000;

export const overviewKey = ["overview"] as const;

export const overviewQuery = queryOptions({
  queryKey: overviewKey,
  queryFn: ({ signal }) => api.get("/api/overview", { signal }),
  refetchInterval: REFRESH_MS,
});
