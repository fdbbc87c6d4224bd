"""Sites, device types, the metric registry, devices and their state."""

from alembic import op

from isolation import isolate

revision = "0003_fleet"
down_revision = "0002_access"
branch_labels = None
depends_on = None

TYPES = """
create table device_types (
    id integer generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    name text not null,
    label text,
    metrics jsonb not null default '{}'::jsonb,
    updated_at timestamptz not null default now(),
    unique (tenant_id, name),
    constraint device_types_name_length_check check (char_length(name) between 1 and 64)
);
create table metrics (
    id integer generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    name text not null,
    label text,
    unit text,
    kind text,
    range_low double precision,
    range_high double precision,
    direction text,
    origin text not null,
    first_seen_at timestamptz,
    created_at timestamptz not null default now(),
    unique (tenant_id, name),
    constraint metrics_name_length_check check (char_length(name) between 1 and 128),
    constraint metrics_kind_known_check check (kind in ('gauge', 'counter', 'ratio')),
    constraint metrics_direction_known_check
        check (direction in ('up_is_bad', 'down_is_bad', 'both', 'none')),
    constraint metrics_origin_known_check check (origin in ('shipped', 'declared', 'discovered')),
    constraint metrics_range_ordered_check check (range_low <= range_high)
);
"""

SITES = """
create table sites (
    id integer generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    public_id text collate "C" not null,
    name text not null,
    name_key text collate "C" not null,
    search text collate "C" not null,
    timezone text not null,
    address text,
    schedule jsonb not null default '[]'::jsonb,
    maintenance_windows jsonb not null default '[]'::jsonb,
    closed_on date[] not null default '{}'::date[],
    downtime_cost_per_hour numeric(12, 2),
    visit_cost numeric(12, 2),
    currency text,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    archived_at timestamptz,
    unique (tenant_id, public_id),
    unique (tenant_id, id),
    constraint sites_tariff_whole_check
        check (num_nulls(downtime_cost_per_hour, visit_cost, currency) in (0, 3)),
    constraint sites_tariff_not_negative_check
        check (downtime_cost_per_hour >= 0 and visit_cost >= 0)
);
create index on sites (tenant_id, name_key, id);
"""

DEVICES = """
create table devices (
    id integer generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    site_id integer not null,
    public_id text collate "C" not null,
    name text not null,
    name_key text collate "C" not null,
    search text collate "C" not null,
    type text collate "C" not null,
    location text,
    firmware text,
    serial text,
    os_details text,
    mac_address text,
    local_ip text,
    wan_ip text,
    peripherals jsonb,
    installed_on date,
    warranty_until date,
    tags text[] not null default '{}'::text[],
    provenance text not null,
    lifecycle text not null,
    epoch_id text,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    archived_at timestamptz,
    unique (tenant_id, public_id),
    unique (tenant_id, id),
    foreign key (tenant_id, site_id) references sites (tenant_id, id),
    constraint devices_provenance_known_check
        check (provenance in ('real', 'imported', 'simulated')),
    constraint devices_lifecycle_known_check
        check (lifecycle in ('pending', 'active', 'suspended', 'unpaired')),
    constraint devices_archived_is_unpaired_check
        check (archived_at is null or lifecycle = 'unpaired')
);
create index on devices (tenant_id, name_key, id) where archived_at is null;
create index on devices (tenant_id, site_id) where archived_at is null;
"""

STATE = """
create table device_state (
    device_id integer not null primary key,
    tenant_id integer not null references tenants (id),
    connectivity text not null default 'unknown',
    last_seen_at timestamptz,
    last_heartbeat_at timestamptz,
    silent_after timestamptz,
    health text not null default 'unknown',
    health_reason text,
    clock_skew_s double precision,
    updated_at timestamptz not null default now(),
    foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade,
    constraint device_state_connectivity_known_check
        check (connectivity in ('unknown', 'online', 'offline')),
    constraint device_state_health_known_check
        check (health in ('healthy', 'warning', 'critical', 'maintenance', 'unknown'))
) with (fillfactor = 70);
"""

# Real and invented data never meet: not even the owner of the table can relabel a device.
PROVENANCE = """
create function devices_provenance_is_fixed() returns trigger language plpgsql as $$
begin
    raise exception 'the provenance of a device is fixed at enrolment';
end
$$;
create trigger devices_provenance_is_fixed before update of provenance on devices
    for each row when (old.provenance is distinct from new.provenance)
    execute function devices_provenance_is_fixed();
"""


def upgrade() -> None:
    for statements in (TYPES, SITES, DEVICES, STATE, PROVENANCE):
        op.execute(statements)
    for table in ("device_types", "metrics", "sites", "devices", "device_state"):
        isolate(table)


def downgrade() -> None:
    op.execute(
        "drop table device_state, devices, sites, metrics, device_types;"
        "drop function devices_provenance_is_fixed();"
    )
