import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import { USUAL_WITHIN, type Within } from "./search";

const REFRESH_MS = 60_000;

export type Foreseen = components["schemas"]["ForeseenOut"];
export type Ahead = components["schemas"]["AheadOut"];
export type Term = components["schemas"]["TermOut"];
export type TermState = Term["state"];
export type NewTerm = components["schemas"]["TermNew"];
export type TermChange = components["schemas"]["TermChange"];

export const STILL_TO_DO: readonly TermState[] = ["planned", "ordered"];
export const isToDo = ({ state }: Term): boolean => STILL_TO_DO.includes(state);

export const aheadKeys = {
  all: ["ahead"] as const,
  terms: ["ahead", "terms"] as const,
};

export const aheadQuery = (within: Within = USUAL_WITHIN, site?: string) =>
  queryOptions({
    queryKey: [...aheadKeys.all, "risks", within, site],
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) =>
      api.get("/api/ai/predictions", { query: { within_days: within, site_id: site }, signal }),
  });

export const termsQuery = (site?: string) =>
  queryOptions({
    queryKey: [...aheadKeys.terms, site],
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => api.get("/api/ai/maintenance", { query: { site_id: site }, signal }),
  });

export function usePlan() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewTerm) => api.post("/api/ai/maintenance", { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: aheadKeys.terms }),
  });
}

export function useChangeTerm(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: TermChange) =>
      api.patch("/api/ai/maintenance/{term_id}", { path: { term_id: id }, body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: aheadKeys.terms }),
  });
}
