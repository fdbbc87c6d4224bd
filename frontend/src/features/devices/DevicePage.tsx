import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { DeviceDetail } from "@/api/types";
import { useMay } from "@/features/auth/permissions";
import { formatCalendarDate, formatDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge } from "@/ui/Badge";
import { buttonClass } from "@/ui/Button";
import { ChevronRightIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { type Fact, Facts, Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { deviceQuery } from "./api";
import {
  ClockBadge,
  ConnectivityMark,
  clockWords,
  LifecycleBadge,
  ProvenanceBadge,
} from "./components/badges";
import { ConnectionHistory } from "./components/ConnectionHistory";
import { DeviceAgent } from "./components/DeviceAgent";
import { DeviceAnalysis } from "./components/DeviceAnalysis";
import { DeviceCharts } from "./components/DeviceCharts";
import { DeviceFailure } from "./components/DeviceFailure";
import { DeviceHealth } from "./components/DeviceHealth";
import { DeviceIncidents } from "./components/DeviceIncidents";
import { DeviceKey } from "./components/DeviceKey";
import { DeviceLife } from "./components/DeviceLife";
import { DeviceCommands, DeviceEvents } from "./components/DeviceLogs";
import { DevicePermissions } from "./components/DevicePermissions";
import { EditDevice } from "./components/EditDevice";
import { useTypeName } from "./typeName";

export function DevicePage() {
  const { deviceId } = useParams({ from: "/inside/devices/$deviceId" });
  const device = useQuery(deviceQuery(deviceId));
  const mayChange = useMay("fleet:write");
  if (device.isPending) return <Loading />;
  if (device.isError && !device.data) {
    return <ErrorNote whole error={device.error} onRetry={() => void device.refetch()} />;
  }
  return (
    <>
      <Head device={device.data} />
      <div className="mb-5 grid items-start gap-5 xl:grid-cols-2">
        <DeviceHealth deviceId={deviceId} />
        <DeviceIncidents deviceId={deviceId} />
      </div>
      <DeviceCharts deviceId={deviceId} />
      <div className="mt-5 grid items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid min-w-0 gap-5">
          <DeviceFailure deviceId={deviceId} />
          <DeviceAnalysis deviceId={deviceId} />
          <ConnectionHistory deviceId={deviceId} />
          <DeviceEvents deviceId={deviceId} />
        </div>
        <div className="grid min-w-0 gap-5">
          <DeviceFacts device={device.data} />
          <DeviceAgent device={device.data} />
          <DeviceCommands deviceId={deviceId} name={device.data.name} />
          <DevicePermissions deviceId={deviceId} />
          {mayChange && <DeviceLife device={device.data} />}
        </div>
      </div>
    </>
  );
}

function Head({ device }: { device: DeviceDetail }) {
  const mayEnrol = useMay("fleet:enrol");
  const mayChange = useMay("fleet:write");
  return (
    <PageHead
      title={device.name}
      actions={
        <>
          {mayChange && !device.archived_at && <EditDevice device={device} />}
          <Link
            to="/devices/$deviceId/limits"
            params={{ deviceId: device.device_id }}
            className={buttonClass()}
          >
            {m.care.limits}
          </Link>
          <Link to="/reports" search={{ device: device.device_id }} className={buttonClass()}>
            {m.reports.title}
          </Link>
          {mayEnrol && !device.archived_at && <DeviceKey deviceId={device.device_id} />}
        </>
      }
      above={
        <Link to="/devices" className="inline-flex items-center text-muted hover:text-ink">
          {m.devices.title} <ChevronRightIcon />
        </Link>
      }
      below={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <ConnectivityMark connectivity={device.connectivity} />
          <span>
            {m.devices.lastHeard} <Age at={device.last_seen_at} />
          </span>
          <ProvenanceBadge provenance={device.provenance} />
          <LifecycleBadge lifecycle={device.lifecycle} />
          <ClockBadge device={device} />
        </span>
      }
    />
  );
}

function DeviceFacts({ device }: { device: DeviceDetail }) {
  const type = useTypeName()(device.type);
  const site = (
    <Link
      to="/sites/$siteId"
      params={{ siteId: device.site_id }}
      className="text-accent underline underline-offset-2 hover:text-accent-strong"
    >
      {device.site_name}
    </Link>
  );
  const facts: Fact[] = [
    { label: m.devices.id, value: <span className="code">{device.device_id}</span> },
    { label: m.devices.site, value: site },
    { label: m.devices.type, value: type },
    { label: m.devices.location, value: orNotStated(device.location) },
    { label: m.devices.silentAfter, value: orNotStated(device.silent_after, formatDateTime) },
    { label: m.devices.clock, value: clock(device) },
    { label: m.devices.serial, value: orNotStated(device.serial) },
    { label: m.devices.firmware, value: orNotStated(device.firmware) },
    { label: m.devices.installed, value: orNotStated(device.installed_on, formatCalendarDate) },
    { label: m.devices.warranty, value: orNotStated(device.warranty_until, formatCalendarDate) },
    { label: m.devices.added, value: formatDateTime(device.created_at) },
    { label: m.devices.tags, value: <Tags tags={device.tags} /> },
  ];
  return (
    <Panel title={m.devices.facts}>
      <Facts facts={facts} />
    </Panel>
  );
}

function clock({ clock_skew_s, clock_wrong_since }: DeviceDetail) {
  if (clock_skew_s === null) return orNotStated(null);
  return clock_wrong_since ? clockWords(clock_skew_s) : m.devices.clockRight;
}

function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return orNotStated(null);
  return (
    <span className="flex flex-wrap gap-1">
      {tags.map((tag) => (
        <Badge key={tag} tone="unknown">
          {tag}
        </Badge>
      ))}
    </span>
  );
}

function orNotStated(value: string | null, format: (value: string) => string = (text) => text) {
  if (value === null || value === "") {
    return <span className="text-muted">{m.devices.notStated}</span>;
  }
  return format(value);
}

function Loading() {
  return (
    <div aria-busy="true" className="grid gap-4">
      <Skeleton className="h-8 w-64" />
      <Skeleton className="h-5 w-80" />
      <div className="grid gap-5 xl:grid-cols-2">
        <Skeleton className="h-80" />
        <Skeleton className="h-80" />
      </div>
    </div>
  );
}
