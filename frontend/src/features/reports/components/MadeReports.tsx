import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { siteChoicesQuery } from "@/features/sites/api";
import { formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge } from "@/ui/Badge";
import { Button, buttonClass } from "@/ui/Button";
import { Select } from "@/ui/Field";
import { CloseIcon, ImportIcon, ReportIcon, SearchIcon } from "@/ui/icons";
import { LoadMore } from "@/ui/LoadMore";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { printedAt, reportsQuery } from "../api";
import { ABOUTS, KINDS, type ReportSearch, readReportSearch } from "../search";
import type { ListedReport } from "../types";

/** What was made, by hand or by itself; the newest first. */
export function MadeReports({ search }: { search: ReportSearch }) {
  const list = useInfiniteQuery(reportsQuery(search));
  const reports = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <Filters search={search} />
      <div className="card" aria-busy={list.isPending}>
        {list.isPending && <Skeleton className="m-5 h-4 w-56" />}
        {list.isError && reports.length === 0 && (
          <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
        )}
        {list.isSuccess && reports.length === 0 && <Empty search={search} />}
        {reports.length > 0 && (
          <ul aria-label={m.reports.listLabel}>
            {reports.map((report) => (
              <Row key={report.report_id} report={report} />
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

function Filters({ search }: { search: ReportSearch }) {
  const navigate = useNavigate();
  const sites = useQuery(siteChoicesQuery).data?.items ?? [];
  const change = (name: keyof ReportSearch, value: string) =>
    void navigate({
      to: "/reports",
      search: readReportSearch({ ...search, [name]: value }),
      replace: true,
    });
  return (
    <div className="mb-3 grid gap-x-3 gap-y-2 sm:grid-cols-3 lg:max-w-3xl">
      <Select
        aria-label={m.reports.kind}
        value={search.kind ?? ""}
        onChange={(event) => change("kind", event.target.value)}
      >
        <option value="">{m.reports.anyKind}</option>
        {KINDS.map((one) => (
          <option key={one} value={one}>
            {m.reports.kinds[one]}
          </option>
        ))}
      </Select>
      <Select
        aria-label={m.reports.about}
        value={search.about ?? ""}
        onChange={(event) => change("about", event.target.value)}
      >
        <option value="">{m.reports.aboutAny}</option>
        {ABOUTS.map((one) => (
          <option key={one} value={one}>
            {m.reports.abouts[one]}
          </option>
        ))}
      </Select>
      <Select
        aria-label={m.reports.site}
        value={search.site ?? ""}
        onChange={(event) => change("site", event.target.value)}
      >
        <option value="">{m.reports.anySite}</option>
        {search.site && !sites.some((one) => one.site_id === search.site) && (
          <option value={search.site}>{search.site}</option>
        )}
        {sites.map((one) => (
          <option key={one.site_id} value={one.site_id}>
            {one.name}
          </option>
        ))}
      </Select>
      {search.device && (
        <Button
          aria-label={m.reports.notOnly(search.device)}
          onClick={() => change("device", "")}
          className="justify-self-start"
        >
          <span className="code">{search.device}</span> <CloseIcon />
        </Button>
      )}
    </div>
  );
}

function Row({ report }: { report: ListedReport }) {
  const span = m.reports.of(formatShortDateTime(report.start), formatShortDateTime(report.end));
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-64">
        <Link
          to="/reports/$reportId"
          params={{ reportId: report.report_id }}
          className="font-medium wrap-anywhere hover:text-accent-strong"
        >
          {report.title}
        </Link>
        <p className="text-muted wrap-anywhere">
          {span} · {m.reports.made} <Age at={report.generated_at} />
        </p>
      </div>
      <span className="flex flex-wrap gap-1.5">
        <Badge tone="accent">{m.reports.kinds[report.report_type]}</Badge>
        <Badge tone="unknown">{m.reports.modes[report.mode]}</Badge>
        {report.by_itself && <Badge tone="unknown">{m.reports.byItself}</Badge>}
      </span>
      <a
        href={printedAt(report.report_id, "pdf")}
        download={`${report.report_id}.pdf`}
        aria-label={m.reports.pdfOf(report.title)}
        className={buttonClass("quiet")}
      >
        <ImportIcon /> {m.reports.pdf}
      </a>
    </li>
  );
}

function Empty({ search }: { search: ReportSearch }) {
  if (search.kind || search.about || search.site || search.device) {
    return (
      <Note icon={<SearchIcon />} title={m.reports.noneFits}>
        {m.reports.noneFitsLead}
      </Note>
    );
  }
  return (
    <Note icon={<ReportIcon />} title={m.reports.none}>
      {m.reports.noneLead}
    </Note>
  );
}
