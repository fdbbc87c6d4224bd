import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { deviceKeys, devicesQuery, isDeep } from "../api";
import { newsKey } from "../live";
import type { DeviceSearch } from "../search";

/** Far down in a long list nothing jumps: the reader says when to begin anew. */
export function NewsBar({ search }: { search: DeviceSearch }) {
  const queries = useQueryClient();
  const list = useInfiniteQuery(devicesQuery(search));
  const { data: news } = useQuery({
    queryKey: newsKey,
    queryFn: () => queries.getQueryData<number>(newsKey) ?? 0,
    initialData: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const seen = useRef(news);
  if (!isDeep(list.data?.pages.length)) seen.current = news;
  if (news === seen.current) return null;

  function showNewest(): void {
    seen.current = news;
    window.scrollTo({ top: 0 });
    void queries.resetQueries({ queryKey: deviceKeys.lists });
  }
  return (
    <div
      role="status"
      className="sticky top-15 z-15 mb-3 flex items-center justify-between gap-3 rounded-lg bg-accent-soft px-4 py-2 text-accent-strong"
    >
      {m.devices.changed}
      <Button kind="plain" onClick={showNewest}>
        {m.devices.showChanges}
      </Button>
    </div>
  );
}
