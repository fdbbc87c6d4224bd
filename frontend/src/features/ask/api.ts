import { infiniteQueryOptions, queryOptions, useMutation } from "@tanstack/react-query";
import { api, streamed } from "@/api/client";
import type { ModeName, Narration, Reply } from "@/api/types";
import type { MachinePlan } from "./plan";

const PAGE_SIZE = 20;

/** What is sent: words, or a plan that was changed by hand. */
export interface Asked {
  question?: string;
  plan?: MachinePlan;
  mode?: ModeName;
}

/** What comes back: the result at once, then a model's words for it, each longer than before, and
 * what became of them. */
export type Told =
  | { what: "result"; reply: Reply }
  | { what: "words"; text: string; model: string }
  | { what: "narration"; narration: Narration };

interface Words {
  text: string;
  model_used: string;
}

export async function* ask(
  asked: Asked,
  conversation: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Told> {
  const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
  const body = {
    ...asked,
    stream: true,
    ...(timezone && { timezone }),
    ...(conversation && { conversation_id: conversation }),
  };
  for await (const { name, data } of streamed("/api/ai/query", body, signal)) {
    if (name === "result") yield { what: "result", reply: data as Reply };
    if (name === "words") {
      const { text, model_used } = data as Words;
      yield { what: "words", text, model: model_used };
    }
    if (name === "narration") yield { what: "narration", narration: data as Narration };
  }
}

export const questionsKey = ["ask", "questions"] as const;

export const questionsQuery = infiniteQueryOptions({
  queryKey: questionsKey,
  initialPageParam: null as string | null,
  queryFn: ({ pageParam, signal }) =>
    api.get("/api/ai/questions", { signal, query: { limit: PAGE_SIZE, before: pageParam } }),
  getNextPageParam: (page) => page.next_before,
});

export const modesQuery = queryOptions({
  queryKey: ["modes"],
  queryFn: ({ signal }) => api.get("/api/ai/modes", { signal }),
});

export interface Opinion {
  rating?: "up" | "down";
  correction?: string;
}

export function useOpinion(questionId: string) {
  return useMutation({
    mutationFn: (opinion: Opinion) =>
      api.post("/api/ai/questions/{question_id}/feedback", {
        path: { question_id: questionId },
        body: opinion,
      }),
  });
}
