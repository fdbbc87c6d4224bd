/** What of the devices list stands in the address: a link leads to exactly this view. */
export interface DeviceSearch {
  q?: string;
  site?: string;
  type?: string;
  connectivity?: string;
  provenance?: string;
  lifecycle?: string;
  sort?: string;
}

export const FILTERS = ["q", "site", "type", "connectivity", "provenance", "lifecycle"] as const;
export const SORT_COLUMNS = [
  "name",
  "device_id",
  "type",
  "site",
  "connectivity",
  "last_seen",
] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

const ONE_OF: Partial<Record<keyof DeviceSearch, readonly string[]>> = {
  connectivity: ["online", "offline", "unknown"],
  provenance: ["real", "imported", "simulated"],
  lifecycle: ["pending", "active", "suspended", "unpaired"],
  sort: SORT_COLUMNS.flatMap((column) => [column, `-${column}`]),
};

/** Keeps what makes sense of an address that may have been written by hand. */
export function readDeviceSearch(raw: Record<string, unknown>): DeviceSearch {
  const search: DeviceSearch = {};
  for (const name of [...FILTERS, "sort"] as const) {
    const value = raw[name];
    if (typeof value !== "string" || value === "" || value.length > 200) continue;
    const allowed = ONE_OF[name];
    if (!allowed || allowed.includes(value)) search[name] = value;
  }
  return search;
}

export const isFiltered = (search: DeviceSearch): boolean =>
  FILTERS.some((name) => search[name] !== undefined);

/** Pressing a column: first upwards, then downwards, then as at the beginning (by name). */
export function nextSort(sort: string | undefined, column: SortColumn): string | undefined {
  const current = sort ?? "name";
  if (current === column) return `-${column}`;
  if (current === `-${column}` && column !== "name") return undefined;
  return column === "name" ? undefined : column;
}

export function sortDirection(
  sort: string | undefined,
  column: SortColumn,
): "ascending" | "descending" | "none" {
  const current = sort ?? "name";
  if (current === column) return "ascending";
  return current === `-${column}` ? "descending" : "none";
}
