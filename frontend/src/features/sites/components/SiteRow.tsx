import { Link } from "@tanstack/react-router";
import type { Site } from "@/api/types";
import { formatTimeAt } from "@/lib/format";
import { useNow } from "@/lib/now";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { OnlineMeter } from "./OnlineMeter";
import { SimulatedBadge } from "./SimulatedBadge";

export function SiteRow({ site }: { site: Site }) {
  return (
    <li className="relative grid items-center gap-x-6 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 hover:bg-hover has-focus-visible:bg-hover sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_15rem]">
      <div className="min-w-0">
        <div className="flex min-w-0 items-center gap-2">
          <Link
            to="/sites/$siteId"
            params={{ siteId: site.site_id }}
            className="min-w-0 truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {site.name}
          </Link>
          <SimulatedBadge site={site} />
          {site.archived_at && <Badge tone="unknown">{m.sites.archived}</Badge>}
        </div>
        <p className="truncate text-muted">
          <span className="code">{site.site_id}</span>
          {site.address && ` · ${site.address}`}
        </p>
      </div>
      <LocalTime timezone={site.timezone} />
      <OnlineMeter online={site.online_count} total={site.device_count} />
    </li>
  );
}

export function LocalTime({ timezone }: { timezone: string }) {
  const time = formatTimeAt(timezone, useNow());
  return (
    <p className="truncate text-muted">
      <span className="sr-only">{m.sites.localTime}: </span>
      {time && <span className="text-ink">{time}</span>} {timezone.replaceAll("_", " ")}
    </p>
  );
}
