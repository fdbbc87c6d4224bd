export interface AskSearch {
  /** A question that is asked when the page opens. */
  q?: string | undefined;
}

const QUESTION_LENGTH_MAX = 2_000;

/** Every name is told, also the absent ones: see the search of devices. */
export function readAskSearch({ q }: Record<string, unknown>): AskSearch {
  const isQuestion = typeof q === "string" && q.trim() !== "" && q.length <= QUESTION_LENGTH_MAX;
  return { q: isQuestion ? q : undefined };
}
