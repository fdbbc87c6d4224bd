import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge } from "@/ui/Badge";
import { buttonClass } from "@/ui/Button";
import { ChevronRightIcon, ImportIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { printedAt, reportQuery } from "./api";
import { Figures } from "./components/Figures";
import { Incidents } from "./components/Incidents";
import { Plots } from "./components/Plots";
import { Lines, Table } from "./components/Table";
import { spanIn } from "./spelled";
import type { Report, ReportContent } from "./types";

const LINK = "text-accent underline underline-offset-2 hover:text-accent-strong";

/** Where the link in a mail leads: what was known, as it was written then. */
export function ReportPage() {
  const { reportId } = useParams({ from: "/inside/reports/$reportId" });
  const report = useQuery(reportQuery(reportId));
  if (report.isPending) return <Loading />;
  if (report.isError && !report.data) {
    return <ErrorNote whole error={report.error} onRetry={() => void report.refetch()} />;
  }
  const { content } = report.data;
  return (
    <>
      <Head report={report.data} />
      <div className="grid max-w-6xl gap-5">
        <Panel title={m.report.summary}>
          <p className="px-4 py-4 text-base text-pretty wrap-anywhere sm:px-5">{content.summary}</p>
          <Figures figures={content.key_metrics} />
        </Panel>
        <div className="grid items-start gap-5 xl:grid-cols-2">
          {content.recommendations.length > 0 && (
            <Panel title={m.report.whatToDo}>
              <Lines lines={content.recommendations} isList />
            </Panel>
          )}
          <Panel title={m.report.cost}>
            <Lines lines={[content.cost_impact]} />
          </Panel>
        </div>
        <Plots key={reportId} content={content} />
        <Incidents content={content} />
        {(content.tables ?? []).map((table) => (
          <Table key={table.heading} table={table} />
        ))}
        <Rest content={content} />
      </div>
    </>
  );
}

function Rest({ content }: { content: ReportContent }) {
  const why = Object.entries(content.why ?? {});
  return (
    <div className="grid items-start gap-5 xl:grid-cols-2">
      {content.sections.map(({ heading, sentences }) => (
        <Panel key={heading} title={heading}>
          <Lines lines={sentences} />
        </Panel>
      ))}
      {why.length > 0 && (
        <Panel title={m.report.notKnown}>
          <Lines lines={why.map(([name, reason]) => `${capital(name)}: ${reason}`)} isList />
        </Panel>
      )}
    </div>
  );
}

const capital = (name: string): string => {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function Head({ report }: { report: Report }) {
  const { content, report_id } = report;
  return (
    <PageHead
      title={content.title}
      above={
        <Link to="/reports" className="inline-flex items-center text-muted hover:text-ink">
          {m.reports.title} <ChevronRightIcon />
        </Link>
      }
      below={
        <div className="grid gap-1.5">
          <p>
            {spanIn(content.period)} <Subject report={report} />
          </p>
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1.5">
            <Badge tone="accent">{m.reports.kinds[report.report_type]}</Badge>
            <Badge tone="unknown">{m.reports.modes[report.mode]}</Badge>
            <span className="code">{report_id}</span>
            <span>
              {m.reports.made} <Age at={report.generated_at} />
            </span>
          </p>
        </div>
      }
      actions={
        <>
          <a
            href={printedAt(report_id, "pdf")}
            download={`${report_id}.pdf`}
            className={buttonClass("primary")}
          >
            <ImportIcon /> {m.reports.pdf}
          </a>
          <a
            href={printedAt(report_id, "html")}
            target="_blank"
            rel="noreferrer"
            className={buttonClass()}
          >
            {m.reports.page}
          </a>
          <a
            href={printedAt(report_id, "json")}
            download={`${report_id}.json`}
            className={buttonClass("quiet")}
          >
            {m.reports.json}
          </a>
        </>
      }
    />
  );
}

/** The device or the site as a link, and what kind of thing it is. */
function Subject({ report }: { report: Report }) {
  const { subject } = report.content;
  const details = (subject.details ?? []).join(" · ");
  return (
    <>
      {subject.kind === "device" && subject.id && (
        <>
          ·{" "}
          <Link to="/devices/$deviceId" params={{ deviceId: subject.id }} className={LINK}>
            {subject.name}
          </Link>
        </>
      )}
      {subject.kind === "site" && subject.id && (
        <>
          ·{" "}
          <Link to="/sites/$siteId" params={{ siteId: subject.id }} className={LINK}>
            {subject.name}
          </Link>
        </>
      )}
      {details && ` · ${details}`}
    </>
  );
}

function Loading() {
  return (
    <div aria-busy="true" className="grid gap-4">
      <Skeleton className="h-8 w-72" />
      <Skeleton className="h-5 w-96" />
      <Skeleton className="h-64" />
    </div>
  );
}
