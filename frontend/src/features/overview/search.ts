export interface OverviewSearch {
  wall?: "true" | undefined;
}

/** Every name is told, also the absent ones: see the search of devices. */
export function readOverviewSearch({ wall }: Record<string, unknown>): OverviewSearch {
  return { wall: wall === "true" ? wall : undefined };
}
