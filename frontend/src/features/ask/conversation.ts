import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import type { Narration, Reply } from "@/api/types";
import { type Asked, ask, questionsKey, type Told } from "./api";

/** A question and all that came back of it. */
export interface Turn {
  id: number;
  asked: Asked;
  reply?: Reply;
  words?: { text: string; model: string };
  narration?: Narration;
  error?: unknown;
  isOver: boolean;
}

export type Turns = readonly Turn[];

const KEY = ["ask", "conversation"] as const;
const NONE: Turns = [];

export const begun = (turns: Turns, asked: Asked): Turns => [
  ...turns,
  { id: turns.length + 1, asked, isOver: false },
];

export function heard(turns: Turns, id: number, told: Told): Turns {
  switch (told.what) {
    case "result":
      return changed(turns, id, { reply: told.reply, narration: told.reply.narration });
    case "words":
      return changed(turns, id, { words: { text: told.text, model: told.model } });
    case "narration":
      return changed(turns, id, { narration: told.narration });
  }
}

/** Nothing more will come; with an error, because it went wrong. */
export const ended = (turns: Turns, id: number, error?: unknown): Turns =>
  changed(turns, id, { isOver: true, ...(error !== undefined && { error }) });

function changed(turns: Turns, id: number, change: Partial<Turn>): Turns {
  return turns.map((turn) => (turn.id === id ? { ...turn, ...change } : turn));
}

export const conversationOf = (turns: Turns): string | undefined =>
  turns.findLast(({ reply }) => reply)?.reply?.conversation_id;

/** The conversation goes on when one comes back to the page; signing out ends it. */
export function useConversation(linked: string | undefined) {
  const queries = useQueryClient();
  const { data: turns = NONE } = useQuery<Turns>({
    queryKey: KEY,
    queryFn: skipToken,
    initialData: NONE,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const running = useRef<AbortController>(null);

  const change = useCallback(
    (next: (turns: Turns) => Turns) =>
      queries.setQueryData<Turns>(KEY, (before) => next(before ?? NONE)),
    [queries],
  );

  const stop = useCallback(() => running.current?.abort(), []);

  const put = useCallback(
    async (asked: Asked) => {
      stop();
      const control = new AbortController();
      running.current = control;
      const before = queries.getQueryData<Turns>(KEY) ?? NONE;
      const id = before.length + 1;
      change((turns) => begun(turns, asked));
      try {
        for await (const told of ask(asked, conversationOf(before) ?? linked, control.signal)) {
          change((turns) => heard(turns, id, told));
        }
        change((turns) => ended(turns, id));
      } catch (error) {
        change((turns) => ended(turns, id, control.signal.aborted ? undefined : error));
      }
      void queries.invalidateQueries({ queryKey: questionsKey });
    },
    [change, queries, stop, linked],
  );

  const clear = useCallback(() => {
    stop();
    change(() => NONE);
  }, [change, stop]);

  return { turns, conversation: conversationOf(turns) ?? linked, put, stop, clear };
}
