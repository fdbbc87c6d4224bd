import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Incident } from "@/api/types";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Select } from "@/ui/Field";
import { AlertIcon, SearchIcon } from "@/ui/icons";
import { LoadMore } from "@/ui/LoadMore";
import { PageHead } from "@/ui/PageHead";
import { SearchBox } from "@/ui/SearchBox";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { incidentsQuery } from "./api";
import { OriginBadge, SeverityBadge, StateBadge } from "./components/badges";
import type { IncidentSearch } from "./search";

/** What is wrong now or, asked for, everything that ever was; the newest first. */
export function IncidentsPage() {
  const search = useSearch({ from: "/inside/incidents" });
  const list = useInfiniteQuery(incidentsQuery(search));
  const incidents = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const change = useSearchChange();
  const onSearch = useCallback((q: string) => change({ q: q || undefined }), [change]);
  return (
    <>
      <PageHead title={m.incidents.title} />
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <SearchBox
          label={m.incidents.search}
          hint={m.incidents.searchHint}
          value={search.q ?? ""}
          onSearch={onSearch}
        />
        <Select
          aria-label={m.incidents.states}
          value={search.all ?? ""}
          onChange={(event) => change({ all: event.target.value === "true" ? "true" : undefined })}
        >
          <option value="">{m.incidents.living}</option>
          <option value="true">{m.incidents.all}</option>
        </Select>
      </div>
      <div className="card" aria-busy={list.isPending}>
        {list.isPending && <Skeleton className="m-5 h-4 w-56" />}
        {list.isError && incidents.length === 0 && (
          <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
        )}
        {list.isSuccess && incidents.length === 0 && <Empty search={search} />}
        {incidents.length > 0 && (
          <ul aria-label={m.incidents.listLabel}>
            {incidents.map((incident) => (
              <Row key={incident.incident_id} incident={incident} />
            ))}
          </ul>
        )}
        {list.hasNextPage && (
          <LoadMore busy={list.isFetchingNextPage} onLoad={() => void list.fetchNextPage()} />
        )}
      </div>
    </>
  );
}

function useSearchChange(): (change: IncidentSearch) => void {
  const navigate = useNavigate();
  return useCallback(
    (change) =>
      void navigate({
        to: "/incidents",
        search: (before) => ({ ...before, ...change }),
        replace: true,
      }),
    [navigate],
  );
}

function Row({ incident }: { incident: Incident }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-64">
        <Link
          to="/incidents/$incidentId"
          params={{ incidentId: incident.incident_id }}
          className="font-medium wrap-anywhere hover:text-accent-strong"
        >
          {incident.title}
        </Link>
        <p className="text-muted wrap-anywhere">
          {incident.site_name} · {m.incidents.category[incident.category]} ·{" "}
          <Age at={incident.started_at} />
        </p>
      </div>
      <span className="flex flex-wrap gap-1.5">
        <SeverityBadge severity={incident.severity} />
        <StateBadge incident={incident} />
        <OriginBadge incident={incident} />
      </span>
    </li>
  );
}

function Empty({ search }: { search: IncidentSearch }) {
  if (search.q) return <Note icon={<SearchIcon />} title={m.incidents.noneFits} />;
  return (
    <Note icon={<AlertIcon />} title={m.incidents.none}>
      {m.incidents.noneLead}
    </Note>
  );
}
