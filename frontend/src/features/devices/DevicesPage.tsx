import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { DeviceSort } from "@/api/types";
import { useMay } from "@/features/auth/permissions";
import { siteChoicesQuery } from "@/features/sites/api";
import { formatCount } from "@/lib/format";
import { m } from "@/messages";
import { Button, buttonClass } from "@/ui/Button";
import { DeviceIcon, PlusIcon, SearchIcon, SiteIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { devicesQuery } from "./api";
import { AddDeviceDialog } from "./components/AddDeviceDialog";
import { DeviceFilters } from "./components/DeviceFilters";
import { DeviceTable } from "./components/DeviceTable";
import { NewsBar } from "./components/NewsBar";
import { type DeviceSearch, FILTERS, isFiltered } from "./search";

export function DevicesPage() {
  const search = useSearch({ from: "/inside/devices" });
  const [adding, setAdding] = useState(false);
  const mayEnrol = useMay("fleet:enrol");
  const change = useSearchChange();
  const total = useInfiniteQuery(devicesQuery(search)).data?.pages[0]?.total;

  const addButton = mayEnrol && (
    <Button kind="primary" onClick={() => setAdding(true)}>
      <PlusIcon /> {m.devices.add}
    </Button>
  );
  return (
    <>
      <PageHead
        title={m.devices.title}
        below={<span role="status">{total === undefined ? " " : m.devices.total(total)}</span>}
        actions={addButton}
      />
      <DeviceFilters
        search={search}
        onChange={change}
        onSearch={useCallback((q: string) => change({ q: q || undefined }), [change])}
        onClear={() => change(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}
      />
      <DeviceResults
        search={search}
        onSort={useCallback((sort?: DeviceSort) => change({ sort }), [change])}
        addButton={addButton}
      />
      {adding && <AddDeviceDialog site={search.site} onClose={() => setAdding(false)} />}
    </>
  );
}

/** Filters replace the address instead of adding to the history: "back" leaves the list. */
function useSearchChange(): (change: DeviceSearch) => void {
  const navigate = useNavigate();
  return useCallback(
    (change) =>
      void navigate({
        to: "/devices",
        search: (before) => ({ ...before, ...change }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
}

interface DeviceResultsProps {
  search: DeviceSearch;
  onSort: (sort: DeviceSort | undefined) => void;
  addButton: ReactNode;
}

function DeviceResults({ search, onSort, addButton }: DeviceResultsProps) {
  const list = useInfiniteQuery(devicesQuery(search));
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const devices = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const total = data?.pages[0]?.total ?? 0;
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (list.isError && !data) {
    return (
      <div className="card">
        <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
      </div>
    );
  }
  if (list.isPending) return <Loading />;
  if (devices.length === 0) return <Empty search={search} addButton={addButton} />;
  return (
    <>
      <NewsBar search={search} />
      <div className="card" aria-busy={list.isPlaceholderData}>
        <DeviceTable
          devices={devices}
          total={total}
          loadedAtMs={list.dataUpdatedAt}
          sort={search.sort}
          onSort={onSort}
          onNearEnd={onNearEnd}
        />
        <p className="px-4 py-3 text-muted">
          {isFetchingNextPage
            ? m.devices.loadingMore
            : m.devices.shown(formatCount(devices.length), total)}
        </p>
      </div>
    </>
  );
}

function Empty({ search, addButton }: Pick<DeviceResultsProps, "search" | "addButton">) {
  const sites = useQuery(siteChoicesQuery);
  return <div className="card">{emptyNote(search, sites.data?.total === 0, addButton)}</div>;
}

function emptyNote(search: DeviceSearch, noSites: boolean, addButton: ReactNode) {
  if (isFiltered(search)) {
    return (
      <Note icon={<SearchIcon />} title={m.devices.noneFoundTitle}>
        {m.devices.noneFound}
      </Note>
    );
  }
  if (noSites) {
    const toSites = (
      <Link to="/sites" className={buttonClass("primary")}>
        <SiteIcon /> {m.sites.title}
      </Link>
    );
    return (
      <Note icon={<DeviceIcon />} title={m.devices.emptyTitle} action={toSites}>
        {m.devices.emptyNoSite}
      </Note>
    );
  }
  return (
    <Note icon={<DeviceIcon />} title={m.devices.emptyTitle} action={addButton}>
      {m.devices.empty}
    </Note>
  );
}

function Loading() {
  return (
    <div className="card" aria-busy="true">
      {["a", "b", "c", "d", "e", "f", "g", "h"].map((row) => (
        <div key={row} className="flex h-11 items-center gap-6 border-b border-line px-4">
          <Skeleton className="h-3.5 w-1/4" />
          <Skeleton className="h-3.5 w-1/6" />
          <Skeleton className="hidden h-3.5 w-1/6 sm:block" />
        </div>
      ))}
    </div>
  );
}
