export interface AskSearch {
  /** A question that is asked when the page opens. */
  q?: string | undefined;
  /** The conversation it belongs to: "and last week?" means something only there. */
  c?: string | undefined;
}

const QUESTION_LENGTH_MAX = 2_000;

/** Every name is told, also the absent ones: see the search of devices. */
const CONVERSATION = /^[A-Za-z0-9_-]{1,64}$/;

export function readAskSearch({ q, c }: Record<string, unknown>): AskSearch {
  const isQuestion = typeof q === "string" && q.trim() !== "" && q.length <= QUESTION_LENGTH_MAX;
  const isConversation = typeof c === "string" && CONVERSATION.test(c);
  return { q: isQuestion ? q : undefined, c: isConversation ? c : undefined };
}
