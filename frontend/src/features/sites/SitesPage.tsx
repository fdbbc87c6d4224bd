import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import type { Site } from "@/api/types";
import { useMay } from "@/features/auth/permissions";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { PlusIcon, SearchIcon, SiteIcon } from "@/ui/icons";
import { LoadMore } from "@/ui/LoadMore";
import { PageHead } from "@/ui/PageHead";
import { SearchBox } from "@/ui/SearchBox";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { sitesQuery } from "./api";
import { AddSiteDialog } from "./components/AddSiteDialog";
import { SiteRow } from "./components/SiteRow";
import type { SiteSearch } from "./search";

export function SitesPage() {
  const search = useSearch({ from: "/inside/sites" });
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const mayAdd = useMay("fleet:write");
  const list = useInfiniteQuery(sitesQuery(search));
  const sites = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const total = list.data?.pages[0]?.total;
  const onSearch = useSearchChange();

  const addButton = mayAdd && (
    <Button kind="primary" onClick={() => setAdding(true)}>
      <PlusIcon /> {m.sites.add}
    </Button>
  );
  return (
    <>
      <PageHead
        title={m.sites.title}
        below={<span role="status">{total === undefined ? " " : m.sites.total(total)}</span>}
        actions={addButton}
      />
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <SearchBox
          label={m.sites.search}
          hint={m.sites.searchHint}
          value={search.q ?? ""}
          onSearch={onSearch}
        />
        <ArchivedSwitch />
      </div>
      <div className="card" aria-busy={list.isPending}>
        {list.isPending && <SkeletonRows />}
        {list.isError && sites.length === 0 && (
          <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
        )}
        {list.isSuccess && sites.length === 0 && <Empty search={search} action={addButton} />}
        {sites.length > 0 && <SiteList sites={sites} />}
        {list.hasNextPage && (
          <LoadMore busy={list.isFetchingNextPage} onLoad={() => void list.fetchNextPage()} />
        )}
      </div>
      {adding && (
        <AddSiteDialog
          onClose={() => setAdding(false)}
          onAdded={({ site_id }) =>
            void navigate({ to: "/sites/$siteId", params: { siteId: site_id } })
          }
        />
      )}
    </>
  );
}

function useSearchChange(): (q: string) => void {
  const navigate = useNavigate();
  return useCallback(
    (q) =>
      void navigate({
        to: "/sites",
        search: (before) => ({ ...before, q: q || undefined }),
        replace: true,
      }),
    [navigate],
  );
}

function ArchivedSwitch() {
  const { archived } = useSearch({ from: "/inside/sites" });
  const navigate = useNavigate();
  return (
    <label className="flex min-h-9 items-center gap-2 pointer-coarse:min-h-11">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={archived === "true"}
        onChange={(event) =>
          void navigate({
            to: "/sites",
            search: (before) => ({
              ...before,
              archived: event.target.checked ? "true" : undefined,
            }),
            replace: true,
          })
        }
      />
      {m.sites.showArchived}
    </label>
  );
}

function SiteList({ sites }: { sites: readonly Site[] }) {
  return (
    <ul aria-label={m.sites.listLabel}>
      {sites.map((site) => (
        <SiteRow key={site.site_id} site={site} />
      ))}
    </ul>
  );
}

function Empty({ search, action }: { search: SiteSearch; action: React.ReactNode }) {
  if (search.q || search.archived) {
    return (
      <Note icon={<SearchIcon />} title={m.sites.noneFoundTitle}>
        {m.sites.noneFound}
      </Note>
    );
  }
  return (
    <Note icon={<SiteIcon />} title={m.sites.emptyTitle} action={action}>
      {m.sites.empty}
    </Note>
  );
}

function SkeletonRows() {
  return ["a", "b", "c", "d"].map((row) => (
    <div key={row} className="grid gap-2 border-b border-line px-4 py-4 last:border-b-0">
      <Skeleton className="h-4 w-48" />
      <Skeleton className="h-3.5 w-32" />
    </div>
  ));
}
