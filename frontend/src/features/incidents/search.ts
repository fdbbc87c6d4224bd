export interface IncidentSearch {
  q?: string | undefined;
  all?: "true" | undefined;
}

const TEXT_LENGTH_MAX = 200;

/** Every name is told, also the absent ones: see the search of devices. */
export function readIncidentSearch({ q, all }: Record<string, unknown>): IncidentSearch {
  const isText = typeof q === "string" && q !== "" && q.length <= TEXT_LENGTH_MAX;
  return { q: isText ? q : undefined, all: all === "true" ? all : undefined };
}
