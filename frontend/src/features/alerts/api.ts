import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { SentState } from "./search";
import type { NewChannel, NewRule, NewSilence } from "./types";

type ChannelChange = components["schemas"]["ChannelChange"];

const REFRESH_MS = 30_000;
const PAGE_SIZE = 50;
const TEST_POLL_MS = 1_000;

export const alertKeys = {
  all: ["alerts"] as const,
  rules: ["alerts", "rules"] as const,
  channels: ["alerts", "channels"] as const,
  silences: ["alerts", "silences"] as const,
};

export const rulesQuery = queryOptions({
  queryKey: alertKeys.rules,
  queryFn: ({ signal }) => api.get("/api/alerts/rules", { signal }),
});

export const channelsQuery = queryOptions({
  queryKey: alertKeys.channels,
  queryFn: ({ signal }) => api.get("/api/alerts/channels", { signal }),
  refetchInterval: REFRESH_MS,
});

export const silencesQuery = (past: boolean) =>
  queryOptions({
    queryKey: [...alertKeys.silences, past],
    queryFn: ({ signal }) => api.get("/api/alerts/silences", { query: { past }, signal }),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });

/** Devices whose name holds what is typed. */
export const devicesNamedQuery = (typed: string) =>
  queryOptions({
    queryKey: ["devices", "named", typed],
    enabled: typed.length > 1,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get("/api/devices", { query: { q: typed, limit: 20 }, signal }),
  });

export const sentQuery = (state: SentState | undefined) =>
  infiniteQueryOptions({
    queryKey: [...alertKeys.all, "sent", state ?? "all"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get("/api/alerts/deliveries", {
        query: { ...(state && { state }), limit: PAGE_SIZE, cursor: pageParam },
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export const allDecisionsQuery = queryOptions({
  queryKey: [...alertKeys.all, "decisions"],
  queryFn: ({ signal }) =>
    api.get("/api/alerts/decisions", { query: { limit: PAGE_SIZE }, signal }),
});

/** What became of a test, asked until it is known. */
export const testQuery = (channelId: string, deliveryId: string, givenUp: boolean) =>
  queryOptions({
    queryKey: [...alertKeys.all, "test", deliveryId],
    queryFn: async ({ signal }) => {
      const query = { channel_id: channelId, limit: 20 };
      const { items } = await api.get("/api/alerts/deliveries", { query, signal });
      return items.find((one) => one.delivery_id === deliveryId) ?? null;
    },
    refetchInterval: (query) => (givenUp || query.state.data?.ended_at ? false : TEST_POLL_MS),
  });

function useChange<T, R>(change: (given: T) => Promise<R>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queries.invalidateQueries({ queryKey: alertKeys.all }),
  });
}

export const useSaveRule = (ruleId: string | null) =>
  useChange((body: NewRule) =>
    ruleId === null
      ? api.post("/api/alerts/rules", { body })
      : api.patch("/api/alerts/rules/{rule_id}", { path: { rule_id: ruleId }, body }),
  );

export const useRemoveRule = (ruleId: string) =>
  useChange(() => api.delete("/api/alerts/rules/{rule_id}", { path: { rule_id: ruleId } }));

export const useAddChannel = () =>
  useChange((body: NewChannel) => api.post("/api/alerts/channels", { body }));

export const useChangeChannel = (channelId: string) =>
  useChange((body: ChannelChange) =>
    api.patch("/api/alerts/channels/{channel_id}", { path: { channel_id: channelId }, body }),
  );

export const useRemoveChannel = (channelId: string) =>
  useChange(() =>
    api.delete("/api/alerts/channels/{channel_id}", { path: { channel_id: channelId } }),
  );

export const useTestChannel = (channelId: string) =>
  useChange(() =>
    api.post("/api/alerts/channels/{channel_id}/test", { path: { channel_id: channelId } }),
  );

export const useAddSilence = () =>
  useChange((body: NewSilence) => api.post("/api/alerts/silences", { body }));

export const useEndSilence = (silenceId: string) =>
  useChange(() =>
    api.delete("/api/alerts/silences/{silence_id}", { path: { silence_id: silenceId } }),
  );
