import type { components } from "@/api/schema";
import type { DeviceDetail, DevicePage, IncidentStory, Overview, Session, Site } from "@/api/types";

export function session(change: Partial<Session["user"]> = {}): Session {
  return {
    user: {
      id: 1,
      username: "ada",
      name: "Ada",
      role: "admin",
      tenant: { id: 1, name: "Harbour" },
      must_change_password: false,
      permissions: ["fleet:read", "fleet:write", "fleet:enrol", "incidents:write", "users:manage"],
      ...change,
    },
    csrf_token: "token-of-ada",
  };
}

export function device(number: number, change: Partial<DeviceDetail> = {}): DeviceDetail {
  return {
    device_id: `DEVICE-${number}`,
    name: `Till ${number}`,
    type: "pos_terminal",
    site_id: "SITE-1",
    site_name: "Harbour",
    site_timezone: "Europe/Lisbon",
    location: null,
    firmware: null,
    serial: null,
    installed_on: null,
    warranty_until: null,
    tags: [],
    provenance: "real",
    lifecycle: "active",
    connectivity: "offline",
    health: "unknown",
    health_reason: null,
    last_seen_at: null,
    last_heartbeat_at: null,
    silent_after: null,
    clock_skew_s: null,
    clock_wrong_since: null,
    os_details: null,
    mac_address: null,
    local_ip: null,
    wan_ip: null,
    peripherals: null,
    created_at: "2026-01-01T00:00:00Z",
    archived_at: null,
    version: 1,
    ...change,
  };
}

export function page(devices: DeviceDetail[], change: Partial<DevicePage> = {}): DevicePage {
  return { items: devices, total: devices.length, next_cursor: null, ...change };
}

export function site(change: Partial<Site> = {}): Site {
  return {
    site_id: "SITE-1",
    name: "Harbour",
    timezone: "Europe/Lisbon",
    address: null,
    schedule: [],
    maintenance_windows: [],
    closed_on: [],
    tariff: null,
    open_now: null,
    in_maintenance: false,
    device_count: 1,
    online_count: 1,
    simulated_count: 0,
    version: 1,
    created_at: "2026-01-01T00:00:00Z",
    archived_at: null,
    ...change,
  };
}

export function incident(change: Partial<IncidentStory> = {}): IncidentStory {
  return {
    incident_id: "INC-1",
    site_id: "SITE-1",
    site_name: "Harbour",
    device_id: "DEVICE-1",
    device_name: "Till 1",
    state: "open",
    category: "temperature",
    severity: "critical",
    title: "Till 1: Temperature above usual, 30 °C at first",
    description: "Till 1 has not been as usual since 5 Nov 02:00.",
    started_at: "2026-11-05T02:00:00Z",
    opened_at: "2026-11-05T02:10:00Z",
    ended_at: null,
    back_since: null,
    changed_at: "2026-11-05T02:10:00Z",
    reopened: 0,
    resolution: null,
    worked: null,
    provenance: "detected",
    given_id: null,
    into_id: null,
    timezone: "Europe/Lisbon",
    members: [],
    anomalies: [],
    history: [],
    likeness: null,
    what_now: "Check that its fans turn.",
    ...change,
  };
}

/** A fleet of twelve that is well. */
export function overview(change: Partial<Overview> = {}): Overview {
  return {
    as_of: new Date().toISOString(),
    numbers: {
      devices: 12,
      simulated: 0,
      connectivity: { online: 12, offline: 0, unknown: 0 },
      health: { healthy: 12, warning: 0, critical: 0, maintenance: 0, unknown: 0 },
    },
    trouble: { critical: 0, warning: 0, info: 0, confirmed: 0 },
    sites: [],
    sites_total: 0,
    urgent: [],
    ...change,
  };
}

type Ahead = components["schemas"]["AheadOut"];

/** Twelve devices were looked at, and nothing is foreseen. */
export function ahead(change: Partial<Ahead> = {}): Ahead {
  return {
    within_days: 14,
    items: [],
    less_likely: 0,
    reached: [],
    failing: [],
    over: [],
    types: [],
    coverage: { looked: 12, learning: 0, without_limits: 0, looked_at: new Date().toISOString() },
    ...change,
  };
}
