"""The store of readings: one row a report, by day

Revision: 0005_telemetry, after 0004_devices_at_work
"""

from alembic import op

from isolation import isolate

revision = "0005_telemetry"
down_revision = "0004_devices_at_work"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table metric_sets (
            id integer generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            digest bytea not null,
            metrics text[] not null,
            unique (tenant_id, digest)
        )
        """
    )
    isolate("metric_sets", rights="SELECT, INSERT")
    # No foreign key and no row-level security: a COPY of millions of values a second goes in
    # here. People's requests have no right on it; they read the views below.
    op.execute(
        """
        create table device_metrics (
            device_id integer not null,
            ts timestamptz not null,
            metric_set_id integer not null,
            values float8[] not null,
            unique (device_id, ts)
        ) partition by range (ts)
        """
    )
    op.execute(
        """
        create table device_latest (
            device_id integer not null,
            metric_set_id integer not null,
            ts timestamptz not null,
            values float8[] not null,
            primary key (device_id, metric_set_id)
        ) with (fillfactor = 70)
        """
    )
    op.execute(
        """
        create table telemetry_commits (
            id bigint generated always as identity primary key,
            xid xid8 not null default pg_current_xact_id(),
            at timestamptz not null default now(),
            rows integer not null,
            ts_min timestamptz not null,
            ts_max timestamptz not null,
            device_ids integer[] not null
        )
        """
    )
    op.execute("create index telemetry_commits_xid_idx on telemetry_commits (xid)")
    for table in ("device_metrics", "device_latest", "telemetry_commits"):
        op.execute(f"grant select, insert, update, delete on {table} to homepot_system")
    for view, table in (("readings", "device_metrics"), ("latest_readings", "device_latest")):
        _view_for_tenants(view, table)


def _view_for_tenants(view: str, table: str) -> None:
    """What a tenant may read of the table: the rows of its own devices."""
    op.execute(
        f"""
        create view {view} with (security_barrier) as
        select d.tenant_id, m.* from {table} m join devices d on d.id = m.device_id
        where d.tenant_id = current_setting('homepot.tenant_id')::int
        """
    )
    # It reads with the rights of the system role, which sees every device; the condition above
    # is what narrows it, and the barrier keeps a clever filter from looking behind it.
    op.execute(f"grant select on {view} to homepot_tenant")
    op.execute("grant create on schema public to homepot_system")
    op.execute(f"alter view {view} owner to homepot_system")
    op.execute("revoke create on schema public from homepot_system")


def downgrade() -> None:
    op.execute("drop view readings")
    op.execute("drop view latest_readings")
    op.execute("drop table telemetry_commits, device_latest, device_metrics, metric_sets")
