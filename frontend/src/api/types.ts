/** The shapes of the wire, as the features name them. */

export type Role = "admin" | "operator" | "installer" | "viewer";

export type Permission =
  | "fleet:read"
  | "fleet:write"
  | "fleet:enrol"
  | "commands:issue"
  | "users:manage"
  | "tokens:own"
  | "audit:read"
  | "telemetry:write"
  | "settings:write";

export interface Session {
  user: {
    id: number;
    username: string;
    name: string;
    role: Role;
    tenant: { id: number; name: string };
    must_change_password: boolean;
    permissions: Permission[];
  };
  csrf_token: string | null;
}

export interface Page<T> {
  items: T[];
  total: number;
  next_cursor: string | null;
}

export interface Site {
  site_id: string;
  name: string;
  timezone: string;
  address: string | null;
  tariff: { downtime_cost_per_hour: string; visit_cost: string; currency: string } | null;
  device_count: number;
  online_count: number;
  archived_at: string | null;
  created_at: string;
}

export interface NewSite {
  site_id?: string;
  name: string;
  timezone: string;
  address?: string;
}

export interface BootstrapKey {
  id: number;
  created_at: string;
  expires_at: string | null;
}

export type NewBootstrapKey = BootstrapKey & { bootstrap_key: string };

export type Provenance = "real" | "imported" | "simulated";
export type Lifecycle = "pending" | "active" | "suspended" | "unpaired";
export type Connectivity = "unknown" | "online" | "offline";
export type Health = "healthy" | "warning" | "critical" | "maintenance" | "unknown";

export interface Device {
  device_id: string;
  name: string;
  type: string;
  site_id: string;
  site_name: string;
  location: string | null;
  firmware: string | null;
  serial: string | null;
  installed_on: string | null;
  warranty_until: string | null;
  tags: string[];
  provenance: Provenance;
  lifecycle: Lifecycle;
  connectivity: Connectivity;
  health: Health;
  last_seen_at: string | null;
  silent_after: string | null;
  os_details: string | null;
  created_at: string;
}

export interface DeviceType {
  name: string;
  label: string | null;
}

export interface DeviceEvent {
  id: number;
  at: string;
  kind: string;
  severity: "critical" | "warning" | "info";
  title: string;
  description: string | null;
}

export interface DeviceCommand {
  command_id: string;
  command_type: string;
  status: "pending" | "sent" | "completed" | "failed" | "expired";
  created_at: string;
  expires_at: string | null;
}

export interface ConnectivityHistory {
  connectivity: Connectivity;
  start: string;
  end: string;
  uptime: { online_ratio: number | null };
  server_gaps: { from_at: string; to_at: string }[];
  items: { at: string; state: Connectivity; previous: Connectivity }[];
}

export interface NewDevice {
  device_id?: string;
  name: string;
  type: string;
  site_id: string;
  location?: string;
  serial?: string;
}

export interface NewIntent {
  site_id: string;
  device_name?: string;
  device_type?: string;
}

export interface Intent {
  intent_id: string;
  claim_token: string;
  expires_at: string;
}

export interface Person {
  id: number;
  username: string;
  name: string;
  role: Role;
  must_change_password: boolean;
  disabled_at: string | null;
}

export interface NewPerson {
  username: string;
  name: string;
  role: Role;
}
