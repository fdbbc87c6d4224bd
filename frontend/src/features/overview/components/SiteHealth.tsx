import { Link } from "@tanstack/react-router";
import type { Overview, SiteNow } from "@/api/types";
import { formatCount } from "@/lib/format";
import { m } from "@/messages";
import { AlertIcon, SignalIcon, SignalOffIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { type Part, Parts } from "./Parts";

type Numbers = Overview["numbers"];

/** What is worst stands first, in the bar as in the words. */
function healthParts({ health }: Numbers): Part[] {
  return [
    { name: m.overview.healths.critical, count: health.critical, fill: "fill-critical" },
    { name: m.overview.healths.warning, count: health.warning, fill: "fill-warn" },
    { name: m.overview.healths.maintenance, count: health.maintenance, fill: "fill-accent" },
    { name: m.overview.healths.unknown, count: health.unknown, fill: "fill-edge" },
    { name: m.overview.healths.healthy, count: health.healthy, fill: "fill-ok" },
  ].filter(({ count }) => count > 0);
}

export function SiteHealth({ sites, total }: { sites: readonly SiteNow[]; total: number }) {
  return (
    <Panel title={m.overview.health} lead={m.overview.healthLead}>
      <ul aria-label={m.overview.siteList} className="max-h-[34rem] overflow-y-auto">
        {sites.map((site) => (
          <li key={site.site_id} className="border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
            <SiteRow site={site} />
          </li>
        ))}
      </ul>
      {total > sites.length && (
        <p className="border-t border-line px-4 py-3 text-muted sm:px-5">
          {m.overview.sitesMore(formatCount(sites.length), formatCount(total))}
        </p>
      )}
    </Panel>
  );
}

function SiteRow({ site: { site_id, name, numbers, trouble } }: { site: SiteNow }) {
  const incidents = trouble.critical + trouble.warning + trouble.info;
  return (
    <>
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <Link
          to="/sites/$siteId"
          params={{ siteId: site_id }}
          className="min-w-0 font-medium wrap-anywhere hover:text-accent-strong"
        >
          {name}
        </Link>
        <span className="flex gap-3 text-muted">
          {incidents > 0 && (
            <span className={trouble.critical > 0 ? "text-critical" : "text-warn"}>
              <AlertIcon className="inline" /> {m.overview.incidents(incidents)}
            </span>
          )}
          {numbers.connectivity.offline > 0 && (
            <span>{m.overview.offlineAt(numbers.connectivity.offline)}</span>
          )}
        </span>
      </p>
      <Parts parts={healthParts(numbers)} />
    </>
  );
}

export function Connections({ numbers }: { numbers: Numbers }) {
  const { online, offline, unknown } = numbers.connectivity;
  return (
    <Panel title={m.overview.connectivity}>
      <dl className="grid grid-cols-3 divide-x divide-line">
        <Figure name={m.overview.connections.online} count={online} icon={<SignalIcon />} />
        <Figure name={m.overview.connections.offline} count={offline} icon={<SignalOffIcon />} />
        <Figure name={m.overview.connections.unknown} count={unknown} />
      </dl>
    </Panel>
  );
}

function Figure(props: { name: string; count: number; icon?: React.ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col-reverse justify-end px-4 py-4 sm:px-5">
      <dt className="flex items-center gap-1.5 text-muted">
        {props.icon} {props.name}
      </dt>
      <dd className="text-2xl font-semibold tracking-tight">{formatCount(props.count)}</dd>
    </div>
  );
}
