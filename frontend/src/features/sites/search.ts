export interface SiteSearch {
  q?: string;
  archived?: "true";
}

export function readSiteSearch(raw: Record<string, unknown>): SiteSearch {
  const search: SiteSearch = {};
  if (typeof raw.q === "string" && raw.q !== "" && raw.q.length <= 200) search.q = raw.q;
  if (raw.archived === "true") search.archived = "true";
  return search;
}
