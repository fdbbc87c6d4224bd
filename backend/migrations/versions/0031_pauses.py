"""When devices reported first and last, and their pauses; readings and sums looked up by time

Revision: 0031_pauses, after 0030_failures
"""

from alembic import op

from isolation import isolate

revision = "0031_pauses"
down_revision = "0030_failures"
branch_labels = None
depends_on = None


# A few hours or days of a whole fleet lie side by side in each of them.
_BY_TIME = {"device_metrics": "ts", "device_rollups_6h": "bucket", "device_rollups_1d": "bucket"}


def upgrade() -> None:
    for table, column in _BY_TIME.items():
        op.execute(
            f"create index {table}_{column}_idx on {table} using brin ({column})"
            " with (pages_per_range = 32, autosummarize = on)"
        )
    op.execute(
        """
        create table device_reports (
            tenant_id integer not null references tenants,
            device_id integer not null,
            first_at timestamptz not null,
            known_at timestamptz,
            last_at timestamptz not null,
            usual_s float8,
            shortest_s float8,
            primary key (device_id),
            foreign key (tenant_id, device_id) references devices (tenant_id, id)
                on delete cascade
        )
        """
    )
    op.execute(
        """
        create table device_pauses (
            tenant_id integer not null references tenants,
            device_id integer not null,
            from_at timestamptz not null,
            until_at timestamptz not null,
            usual_s float8 not null,
            primary key (device_id, from_at),
            foreign key (tenant_id, device_id) references devices (tenant_id, id)
                on delete cascade
        )
        """
    )
    op.execute("create index device_pauses_until_at_idx on device_pauses (until_at)")
    for table in ("device_reports", "device_pauses"):
        isolate(table)
    op.execute(
        """
        create view pauses_behind with (security_barrier) as
        select d.tenant_id, d.id as device_id, r.read_at as made_at, c.ts_min, c.ts_max
        from devices as d
        left join telemetry_readers as r on r.name = 'pauses'
        left join telemetry_commits as c on c.xid >= r.low
            and c.ts_min < r.read_at - interval '2 minutes' and d.id = any(c.device_ids)
        where d.tenant_id = current_setting('homepot.tenant_id')::int
        """
    )
    op.execute("grant select on pauses_behind to homepot_tenant")
    op.execute("grant create on schema public to homepot_system")
    op.execute("alter view pauses_behind owner to homepot_system")
    op.execute("revoke create on schema public from homepot_system")


def downgrade() -> None:
    op.execute("drop view pauses_behind")
    op.execute("drop table device_pauses")
    op.execute("drop table device_reports")
    for table, column in _BY_TIME.items():
        op.execute(f"drop index {table}_{column}_idx")
