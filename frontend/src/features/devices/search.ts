import type { Connectivity, DeviceSort, Lifecycle, Provenance } from "@/api/types";

/** What of the devices list stands in the address: a link leads to exactly this view. */
export interface DeviceSearch {
  q?: string | undefined;
  site?: string | undefined;
  type?: string | undefined;
  connectivity?: Connectivity | undefined;
  provenance?: Provenance | undefined;
  lifecycle?: Lifecycle | undefined;
  sort?: DeviceSort | undefined;
}

export const FILTERS = ["q", "site", "type", "connectivity", "provenance", "lifecycle"] as const;
const CONNECTIVITIES = ["online", "offline", "unknown"] as const;
const PROVENANCES = ["real", "imported", "simulated"] as const;
const LIFECYCLES = ["pending", "active", "suspended", "unpaired"] as const;
const SORT_COLUMNS = ["name", "device_id", "type", "site", "connectivity", "last_seen"] as const;
const SORTS = SORT_COLUMNS.flatMap((column) => [column, `-${column}`] as const);
export type SortColumn = (typeof SORT_COLUMNS)[number];

/**
 * Keeps what makes sense of an address that may have been written by hand. Every name is told,
 * also the absent ones: the router would else hand on what stood in the address unread.
 */
export function readDeviceSearch(raw: Record<string, unknown>): DeviceSearch {
  return {
    q: readText(raw.q),
    site: readText(raw.site),
    type: readText(raw.type),
    connectivity: oneOf(CONNECTIVITIES, raw.connectivity),
    provenance: oneOf(PROVENANCES, raw.provenance),
    lifecycle: oneOf(LIFECYCLES, raw.lifecycle),
    sort: oneOf(SORTS, raw.sort),
  };
}

const TEXT_LENGTH_MAX = 200;

function readText(value: unknown): string | undefined {
  const isText = typeof value === "string" && value !== "" && value.length <= TEXT_LENGTH_MAX;
  return isText ? value : undefined;
}

export function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((one) => one === value);
}

export const isFiltered = (search: DeviceSearch): boolean =>
  FILTERS.some((name) => search[name] !== undefined);

/** Pressing a column: first upwards, then downwards, then as at the beginning (by name). */
export function nextSort(sort: DeviceSort | undefined, column: SortColumn): DeviceSort | undefined {
  const current = sort ?? "name";
  if (current === column) return `-${column}`;
  if (current === `-${column}` && column !== "name") return undefined;
  return column === "name" ? undefined : column;
}

export function sortDirection(
  sort: DeviceSort | undefined,
  column: SortColumn,
): "ascending" | "descending" | "none" {
  const current = sort ?? "name";
  if (current === column) return "ascending";
  return current === `-${column}` ? "descending" : "none";
}
