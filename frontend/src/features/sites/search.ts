export interface SiteSearch {
  q?: string | undefined;
  archived?: "true" | undefined;
}

const TEXT_LENGTH_MAX = 200;

/** Every name is told, also the absent ones: see the search of devices. */
export function readSiteSearch({ q, archived }: Record<string, unknown>): SiteSearch {
  const isText = typeof q === "string" && q !== "" && q.length <= TEXT_LENGTH_MAX;
  return { q: isText ? q : undefined, archived: archived === "true" ? archived : undefined };
}
