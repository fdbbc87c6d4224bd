export interface InsightSearch {
  site?: string | undefined;
}

const ID_LENGTH_MAX = 64;

/** Every name is told, also the absent ones: see the search of devices. */
export function readInsightSearch({ site }: Record<string, unknown>): InsightSearch {
  const isId = typeof site === "string" && site !== "" && site.length <= ID_LENGTH_MAX;
  return { site: isId ? site : undefined };
}
