import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { siteChoicesQuery } from "@/features/sites/api";
import { formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { buttonClass } from "@/ui/Button";
import { Select } from "@/ui/Field";
import { DeviceIcon, SiteIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { insightsQuery } from "./api";
import { Actions } from "./components/Actions";
import { Costs } from "./components/Costs";
import { Standing } from "./components/Standing";
import { Todo } from "./components/Todo";
import { Causes, Predicted, Recurring, Trends, Warranties } from "./components/What";
import type { Insights } from "./types";

/** What the last 30 days of a site amount to; the first site where none is chosen. */
export function InsightsPage() {
  const { site } = useSearch({ from: "/inside/insights" });
  const sites = useQuery(siteChoicesQuery);
  const siteId = site ?? sites.data?.items[0]?.site_id;
  return (
    <>
      <PageHead
        title={m.insights.title}
        below={m.insights.lead}
        actions={siteId && <Choice siteId={siteId} />}
      />
      {sites.isPending && !site && <Loading />}
      {sites.isError && !siteId && (
        <ErrorNote error={sites.error} onRetry={() => void sites.refetch()} />
      )}
      {sites.isSuccess && !siteId && (
        <Note icon={<SiteIcon />} title={m.insights.noSites}>
          {m.insights.noSitesLead}
        </Note>
      )}
      {siteId && <OfSite key={siteId} siteId={siteId} />}
    </>
  );
}

function Choice({ siteId }: { siteId: string }) {
  const navigate = useNavigate();
  const sites = useQuery(siteChoicesQuery).data?.items ?? [];
  return (
    <>
      <Select
        aria-label={m.insights.site}
        value={siteId}
        onChange={(event) =>
          void navigate({ to: "/insights", search: { site: event.target.value } })
        }
      >
        {!sites.some((one) => one.site_id === siteId) && <option value={siteId}>{siteId}</option>}
        {sites.map((one) => (
          <option key={one.site_id} value={one.site_id}>
            {one.name}
          </option>
        ))}
      </Select>
      <Link to="/reports" search={{ site: siteId }} className={buttonClass()}>
        {m.reports.title}
      </Link>
    </>
  );
}

function OfSite({ siteId }: { siteId: string }) {
  const found = useQuery(insightsQuery(siteId));
  if (found.isPending) return <Loading />;
  if (found.isError && !found.data) {
    return <ErrorNote error={found.error} onRetry={() => void found.refetch()} />;
  }
  const { insights } = found.data;
  if (insights.total_devices === 0) {
    return (
      <Note icon={<DeviceIcon />} title={m.insights.noDevices}>
        {m.insights.noDevicesLead}
      </Note>
    );
  }
  return <All found={found.data} />;
}

function All({ found }: { found: Insights }) {
  const { insights, site_id, why } = found;
  return (
    <div className="grid gap-5">
      <Standing found={found} />
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <div className="grid min-w-0 gap-5">
          <Panel title={m.insights.findings}>
            <ul className="grid list-disc gap-1.5 py-4 pr-4 pl-8 text-pretty wrap-anywhere sm:pl-9">
              {insights.key_findings.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
            {insights.key_findings.length === 0 && (
              <p className="px-4 pb-4 text-muted sm:px-5">{m.insights.findingsNone}</p>
            )}
          </Panel>
          <Todo siteId={site_id} todo={insights.recommendations} />
          <Actions siteId={site_id} actions={insights.actions} />
        </div>
        <div className="grid min-w-0 gap-5">
          <Costs costs={insights.cost_analysis} why={why} />
          <Predicted insights={insights} />
          <Trends insights={insights} />
          <Recurring insights={insights} />
          <Causes insights={insights} />
          <Warranties insights={insights} />
        </div>
      </div>
      <p className="text-muted">
        {m.reports.of(formatShortDateTime(found.start), formatShortDateTime(found.end))} ·{" "}
        {m.reports.made} <Age at={found.generated_at} />
      </p>
    </div>
  );
}

function Loading() {
  return (
    <div aria-busy="true" className="grid gap-5">
      <Skeleton className="h-28" />
      <div className="grid gap-5 xl:grid-cols-2">
        <Skeleton className="h-64" />
        <Skeleton className="h-64" />
      </div>
    </div>
  );
}
