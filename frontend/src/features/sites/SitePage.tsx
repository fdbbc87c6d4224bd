import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { Site } from "@/api/types";
import { useMay } from "@/features/auth/permissions";
import { formatDateTime, formatMoney } from "@/lib/format";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { buttonClass } from "@/ui/Button";
import { ChevronRightIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { type Fact, Facts, Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { siteQuery } from "./api";
import { BootstrapKeys } from "./components/BootstrapKeys";
import { EditSite } from "./components/EditSite";
import { OnlineMeter } from "./components/OnlineMeter";
import { SimulatedBadge } from "./components/SimulatedBadge";
import { LocalTime } from "./components/SiteRow";

export function SitePage() {
  const { siteId } = useParams({ from: "/inside/sites/$siteId" });
  const site = useQuery(siteQuery(siteId));
  const mayEnrol = useMay("fleet:enrol");
  if (site.isPending) return <Loading />;
  if (site.isError && !site.data) {
    return <ErrorNote whole error={site.error} onRetry={() => void site.refetch()} />;
  }
  return (
    <>
      <Head site={site.data} />
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <Panel title={m.sites.facts}>
          <Facts facts={factsOf(site.data)} />
        </Panel>
        {mayEnrol && !site.data.archived_at && <BootstrapKeys siteId={siteId} />}
      </div>
    </>
  );
}

function Head({ site }: { site: Site }) {
  const mayChange = useMay("fleet:write");
  return (
    <PageHead
      title={site.name}
      above={
        <Link to="/sites" className="inline-flex items-center text-muted hover:text-ink">
          {m.sites.title} <ChevronRightIcon />
        </Link>
      }
      below={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="code">{site.site_id}</span>
          <SimulatedBadge site={site} />
          {site.archived_at && <Badge tone="unknown">{m.sites.archived}</Badge>}
        </span>
      }
      actions={
        <>
          <Link to="/devices" search={{ site: site.site_id }} className={buttonClass("primary")}>
            {m.sites.openDevices}
          </Link>
          {mayChange && <EditSite site={site} />}
          <Link to="/insights" search={{ site: site.site_id }} className={buttonClass()}>
            {m.insights.open}
          </Link>
          <Link to="/reports" search={{ site: site.site_id }} className={buttonClass()}>
            {m.reports.title}
          </Link>
        </>
      }
    />
  );
}

function factsOf(site: Site): Fact[] {
  const { tariff } = site;
  const facts: Fact[] = [
    {
      label: m.sites.devices,
      value: <OnlineMeter online={site.online_count} total={site.device_count} />,
    },
    { label: m.sites.localTime, value: <LocalTime timezone={site.timezone} /> },
    { label: m.sites.address, value: site.address ?? <NotStated /> },
    { label: m.sites.added, value: formatDateTime(site.created_at) },
  ];
  if (tariff) {
    const perHour = formatMoney(tariff.downtime_cost_per_hour, tariff.currency);
    facts.push(
      { label: m.sites.downtimeCost, value: m.sites.perHour(perHour) },
      { label: m.sites.visitCost, value: formatMoney(tariff.visit_cost, tariff.currency) },
    );
  }
  return facts;
}

function NotStated() {
  return <span className="text-muted">{m.devices.notStated}</span>;
}

function Loading() {
  return (
    <div aria-busy="true" className="grid gap-4">
      <Skeleton className="h-8 w-64" />
      <Skeleton className="h-48 w-full max-w-2xl" />
    </div>
  );
}
