import type { Query, QueryClient } from "@tanstack/react-query";
import type { Device } from "@/api/types";
import type { LiveEvent } from "@/features/live/connection";
import { throttle } from "@/lib/throttle";
import { type DeviceList, deviceKeys, isDeep } from "./api";

const REFRESH_AT_MOST_EVERY_MS = 3_000;
export const newsKey = ["devices-news"] as const;

/** Long lists are not loaded anew behind the reader's back; the page offers it instead. */
export const isLongList = (query: Query): boolean =>
  query.queryKey[0] === deviceKeys.lists[0] &&
  query.queryKey[1] === deviceKeys.lists[1] &&
  isDeep((query.state.data as DeviceList | undefined)?.pages.length);

export const tellNews = (queries: QueryClient, count: number): void => {
  queries.setQueryData<number>(newsKey, (news = 0) => news + count);
};

type Patch = Record<string, unknown>;

/** Shows at once what an event tells; what it does not tell is asked for soon after. */
export function applyDeviceEvents(queries: QueryClient, events: readonly LiveEvent[]): void {
  const patches = new Map<string, Patch>();
  let joined = 0;
  for (const { kind, data } of events) {
    const id = data.device_id;
    if (typeof id !== "string") continue;
    if (kind === "command.changed") {
      void queries.invalidateQueries({ queryKey: [...deviceKeys.one(id), "commands"] });
    } else if (kind === "event.stored") {
      void queries.invalidateQueries({ queryKey: [...deviceKeys.one(id), "events"] });
    } else if (kind.startsWith("device.")) {
      patches.set(id, { ...patches.get(id), ...data });
      if (kind !== "device.changed") joined += 1;
    }
  }
  if (patches.size === 0) return;

  patchLists(queries, patches);
  patchOnes(queries, patches);
  if (joined > 0) tellNews(queries, joined);
  refresherOf(queries)();
}

/** What was loaded stays as old as it is: a change of one row makes the others no younger. */
function patchLists(queries: QueryClient, patches: ReadonlyMap<string, Patch>): void {
  for (const query of queries.getQueryCache().findAll({ queryKey: deviceKeys.lists })) {
    const list = query.state.data as DeviceList | undefined;
    if (!list) continue;
    const updatedAt = query.state.dataUpdatedAt;
    queries.setQueryData(query.queryKey, patchList(list, patches), { updatedAt });
  }
}

/** Of the devices whose pages were opened; thousands of others may change meanwhile. */
function patchOnes(queries: QueryClient, patches: ReadonlyMap<string, Patch>): void {
  for (const { queryKey } of queries.getQueryCache().findAll({ queryKey: deviceKeys.ones })) {
    const patch = patches.get(String(queryKey[deviceKeys.ones.length]));
    if (!patch || queryKey.length > deviceKeys.ones.length + 1) continue;
    queries.setQueryData<Device>(queryKey, (device) =>
      device ? patchDevice(device, patch) : device,
    );
  }
  void queries.invalidateQueries({
    queryKey: deviceKeys.ones,
    predicate: ({ queryKey }) => patches.has(String(queryKey[deviceKeys.ones.length])),
  });
}

function patchList(list: DeviceList, patches: ReadonlyMap<string, Patch>): DeviceList {
  const pages = list.pages.map((page) => {
    if (!page.items.some(({ device_id }) => patches.has(device_id))) return page;
    const items = page.items.map((device) => {
      const patch = patches.get(device.device_id);
      return patch ? patchDevice(device, patch) : device;
    });
    return { ...page, items };
  });
  return { ...list, pages };
}

/** Takes over only what a device has: an event may tell more than we show. */
function patchDevice(device: Device, patch: Patch): Device {
  const known = Object.entries(patch).filter(([name]) => name in device);
  return { ...device, ...Object.fromEntries(known) };
}

const refreshers = new WeakMap<QueryClient, () => void>();

/** The lists may now be ordered or filtered differently: load them anew, but not too often. */
function refresherOf(queries: QueryClient): () => void {
  let refresh = refreshers.get(queries);
  if (!refresh) {
    refresh = throttle(() => {
      void queries.invalidateQueries({
        queryKey: deviceKeys.lists,
        predicate: (query) => !isLongList(query),
      });
    }, REFRESH_AT_MOST_EVERY_MS);
    refreshers.set(queries, refresh);
  }
  return refresh;
}
