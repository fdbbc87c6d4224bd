import { useQuery } from "@tanstack/react-query";
import type { DeviceDetail } from "@/api/types";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge, type Tone } from "@/ui/Badge";
import { type Fact, Facts, Panel } from "@/ui/Panel";
import { jobsQuery } from "../careApi";
import { newestQuery } from "../chartApi";

const TONES: Record<keyof typeof m.care.jobStatus, Tone> = {
  pending: "accent",
  running: "accent",
  completed: "ok",
  failed: "critical",
  cancelled: "unknown",
};
const JOBS_MAX = 5;

/** How the program on the device is: when it spoke, where it is, what it does. */
export function DeviceAgent({ device }: { device: DeviceDetail }) {
  const newest = useQuery(newestQuery(device.device_id)).data?.items ?? [];
  const jobs = useQuery(jobsQuery(device.device_id)).data?.items ?? [];
  const last = newest.reduce<string | null>(
    (found, { at }) => (found && found > at ? found : at),
    null,
  );
  const facts: Fact[] = [
    { label: m.care.heartbeat, value: <Age at={device.last_heartbeat_at} /> },
    { label: m.care.reading, value: <Age at={last} /> },
    { label: m.care.localIp, value: said(device.local_ip) },
    { label: m.care.wanIp, value: said(device.wan_ip) },
    { label: m.care.mac, value: said(device.mac_address) },
    { label: m.devices.os, value: said(device.os_details) },
  ];
  return (
    <Panel title={m.care.agent}>
      <Facts facts={facts} />
      {jobs.length > 0 && (
        <div className="border-t border-line px-4 py-3 sm:px-5">
          <h3 className="mb-1.5 text-xs text-muted">{m.care.jobs}</h3>
          <ul className="grid gap-1.5">
            {jobs
              .slice(0, JOBS_MAX)
              .map(({ job_id, action, status, updated_at, error_message }) => (
                <li key={job_id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
                  <span className="code min-w-0 flex-1 wrap-anywhere">{action}</span>
                  <Age at={updated_at} className="text-muted" />
                  <Badge tone={TONES[status]}>{m.care.jobStatus[status]}</Badge>
                  {error_message && <span className="w-full text-critical">{error_message}</span>}
                </li>
              ))}
          </ul>
        </div>
      )}
    </Panel>
  );
}

const said = (value: string | null) =>
  value ? (
    <span className="code">{value}</span>
  ) : (
    <span className="text-muted">{m.devices.notStated}</span>
  );
