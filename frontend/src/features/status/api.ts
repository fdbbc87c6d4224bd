import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";

const REFRESH_MS = 10_000;
const MODELS_REFRESH_MS = 30_000;

export type Condition = components["schemas"]["ConditionOut"];
export type Part = components["schemas"]["PartOut"];
export type Figure = components["schemas"]["FigureOut"];
export type Program = components["schemas"]["ProgramOut"];

export const conditionQuery = queryOptions({
  queryKey: ["status"],
  refetchInterval: REFRESH_MS,
  queryFn: ({ signal }) => api.get("/api/status", { signal }),
});

export const modelsQuery = queryOptions({
  queryKey: ["status", "models"],
  refetchInterval: MODELS_REFRESH_MS,
  queryFn: ({ signal }) => api.get("/api/ai/status", { signal }),
});
