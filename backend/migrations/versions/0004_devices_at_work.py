"""Devices at work: keys, enrolment, connectivity, what they say of themselves, commands."""

from alembic import op

from isolation import isolate

revision = "0004_devices_at_work"
down_revision = "0003_fleet"
branch_labels = None
depends_on = None

ENROLMENT = """
create table device_keys (
    id integer generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    device_id integer not null,
    epoch_id text not null,
    digest bytea not null unique,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade
);
create index on device_keys (device_id);
create table bootstrap_keys (
    id integer generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    site_id integer not null,
    digest bytea not null unique,
    label text,
    uses integer not null default 0,
    uses_max integer,
    created_by text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade,
    constraint bootstrap_keys_uses_within_max_check check (uses >= 0 and uses <= uses_max)
);
create index on bootstrap_keys (site_id);
create table enrolment_intents (
    id integer generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    site_id integer not null,
    public_id text collate "C" not null unique,
    digest bytea not null unique,
    device_name text,
    device_type text,
    expected_device_identity text,
    provenance text not null,
    created_by text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    claimed_at timestamptz,
    device_id integer,
    revoked_at timestamptz,
    foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade,
    foreign key (tenant_id, device_id) references devices (tenant_id, id)
        on delete cascade,
    constraint enrolment_intents_provenance_known_check
        check (provenance in ('real', 'simulated'))
);
create index on enrolment_intents (site_id);
"""

# A change of connectivity is one row: history, outbox and source of uptime at once. A gap is a
# time the server itself was not there; it belongs to nobody and is therefore in every history.
CONNECTIVITY = """
alter table device_state add column silence_s integer not null default 120
    constraint device_state_silence_positive_check check (silence_s > 0);
alter table device_state add column collection_interval_s integer;
create table connectivity_changes (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    device_id integer not null,
    at timestamptz not null,
    state text not null,
    previous text not null,
    recorded_at timestamptz not null default now(),
    foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade,
    constraint connectivity_changes_state_known_check
        check (state in ('unknown', 'online', 'offline')),
    constraint connectivity_changes_is_a_change_check check (state <> previous)
);
create index on connectivity_changes (device_id, at);
create table server_presence (
    part text primary key,
    seen_at timestamptz not null
);
create table server_gaps (
    id integer generated always as identity primary key,
    from_at timestamptz not null,
    to_at timestamptz not null,
    constraint server_gaps_ordered_check check (from_at < to_at)
);
create index on server_gaps (to_at);
"""

# Of no tenant: the system writes them, and everybody may read when the server was away.
OF_THE_SERVER = """
alter table server_presence enable row level security;
alter table server_presence force row level security;
alter table server_gaps enable row level security;
alter table server_gaps force row level security;
create policy system_only on server_presence to homepot_system using (true) with check (true);
create policy system_writes on server_gaps to homepot_system using (true) with check (true);
create policy all_read on server_gaps for select to homepot_tenant using (true);
grant select, insert, update on server_presence to homepot_system;
grant select, insert on server_gaps to homepot_system;
grant select on server_gaps to homepot_tenant;
"""

EVENTS = """
create table device_events (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    device_id integer not null,
    kind text not null,
    at timestamptz not null,
    severity text not null,
    severity_given text,
    category text not null,
    title text not null,
    description text,
    details jsonb not null default '{}'::jsonb,
    fingerprint bytea,
    received_at timestamptz not null default now(),
    unique (device_id, fingerprint),
    foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade,
    constraint device_events_kind_known_check check (kind in ('log', 'audit', 'alert')),
    constraint device_events_severity_known_check
        check (severity in ('critical', 'warning', 'info'))
);
create index on device_events (device_id, at, id);
create table device_jobs (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    device_id integer not null,
    public_id text collate "C" not null,
    action text not null,
    description text,
    priority text not null,
    payload jsonb,
    status text not null,
    result jsonb,
    error_message text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, public_id),
    foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade,
    constraint device_jobs_status_known_check
        check (status in ('pending', 'running', 'completed', 'failed', 'cancelled'))
);
create index on device_jobs (device_id, id);
create table config_history (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    device_id integer not null,
    at timestamptz not null,
    action text not null,
    parameter_name text not null,
    old_value jsonb,
    new_value jsonb,
    success boolean not null,
    performance_before jsonb,
    performance_after jsonb,
    was_rolled_back boolean not null,
    details jsonb not null default '{}'::jsonb,
    fingerprint bytea,
    received_at timestamptz not null default now(),
    unique (device_id, fingerprint),
    foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade
);
create index on config_history (device_id, at, id);
"""

COMMANDS = """
create table commands (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    device_id integer not null,
    public_id text collate "C" not null,
    command_type text not null,
    payload jsonb,
    status text not null,
    issued_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    sent_at timestamptz,
    finished_at timestamptz,
    executed_at timestamptz,
    result jsonb,
    unique (tenant_id, public_id),
    foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade,
    constraint commands_status_known_check
        check (status in ('pending', 'sent', 'completed', 'failed', 'expired'))
);
create index on commands (device_id, id);
create index commands_open_idx on commands (expires_at) where status in ('pending', 'sent');
create table command_permissions (
    device_id integer not null,
    permission text not null,
    tenant_id integer not null references tenants (id),
    granted boolean not null,
    wanted boolean not null default false,
    changed_by text not null,
    changed_at timestamptz not null,
    primary key (device_id, permission),
    foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade
);
"""

TENANT_TABLES = (
    "device_keys",
    "bootstrap_keys",
    "enrolment_intents",
    "connectivity_changes",
    "device_events",
    "device_jobs",
    "config_history",
    "commands",
    "command_permissions",
)


def upgrade() -> None:
    for statements in (ENROLMENT, CONNECTIVITY, OF_THE_SERVER, EVENTS, COMMANDS):
        op.execute(statements)
    for table in TENANT_TABLES:
        isolate(table)


def downgrade() -> None:
    op.execute(f"drop table {', '.join(TENANT_TABLES)}, server_presence, server_gaps")
    op.execute("alter table device_state drop column silence_s, drop column collection_interval_s")
