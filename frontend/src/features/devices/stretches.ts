import type { Connectivity, ConnectivityHistory } from "@/api/types";

/** A part of the window, from 0 to 1, in which the state was the same. */
export interface Stretch {
  from: number;
  to: number;
  state: Connectivity;
}

/** Cuts the window of a history into stretches; what was before the first change is known from it. */
export function stretchesOf(
  history: Pick<ConnectivityHistory, "start" | "end" | "items" | "connectivity">,
): Stretch[] {
  const startMs = Date.parse(history.start);
  const spanMs = Date.parse(history.end) - startMs;
  if (spanMs <= 0) return [];
  const share = (at: string) => Math.min(1, Math.max(0, (Date.parse(at) - startMs) / spanMs));
  const changes = [...history.items].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

  const stretches: Stretch[] = [];
  let from = 0;
  let state = changes[0]?.previous ?? history.connectivity;
  for (const change of changes) {
    const to = share(change.at);
    if (to > from) stretches.push({ from, to, state });
    from = to;
    state = change.state;
  }
  if (from < 1) stretches.push({ from, to: 1, state });
  return stretches;
}
