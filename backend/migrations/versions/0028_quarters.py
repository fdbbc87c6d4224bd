"""Rollups of quarters of a day, and since when a tenant may read them

Revision: 0028_quarters, after 0027_report_schedules
"""

from alembic import op

revision = "0028_quarters"
down_revision = "0027_report_schedules"
branch_labels = None
depends_on = None

_BEHIND = """
    create view rollups_behind with (security_barrier) as
    select d.tenant_id, d.id as device_id, r.read_at as made_at, c.ts_min, c.ts_max,
        y.read_at as days_made_at{more}
    from devices as d
    left join telemetry_readers as r on r.name = 'rollups'
    left join telemetry_readers as y on y.name = 'rollups of days'{join}
    left join telemetry_commits as c on c.xid >= r.low
        and c.ts_min < r.read_at - interval '2 minutes' and d.id = any(c.device_ids)
    where d.tenant_id = current_setting('homepot.tenant_id')::int
"""


def upgrade() -> None:
    op.execute(
        """
        create table device_rollups_6h (
            device_id integer not null,
            bucket timestamptz not null,
            metric_set_id integer not null,
            counts integer[] not null,
            lows float8[] not null,
            highs float8[] not null,
            sums float8[] not null,
            lasts float8[] not null,
            unique (device_id, bucket, metric_set_id)
        ) partition by range (bucket)
        """
    )
    op.execute("grant select, insert, update, delete on device_rollups_6h to homepot_system")
    _view(
        "rollups_6h",
        """
        create view rollups_6h with (security_barrier) as
        select d.tenant_id, m.*
        from device_rollups_6h m join devices d on d.id = m.device_id
        where d.tenant_id = current_setting('homepot.tenant_id')::int
        """,
    )
    op.execute("drop view rollups_behind")
    _view(
        "rollups_behind",
        _BEHIND.format(
            more=", q.read_at as quarters_made_at",
            join=" left join telemetry_readers as q on q.name = 'rollups of quarters'",
        ),
    )


def downgrade() -> None:
    op.execute("drop view rollups_behind")
    _view("rollups_behind", _BEHIND.format(more="", join=""))
    op.execute("drop view rollups_6h")
    op.execute("drop table device_rollups_6h")


def _view(name: str, made: str) -> None:
    op.execute(made)
    op.execute(f"grant select on {name} to homepot_tenant")
    op.execute("grant create on schema public to homepot_system")
    op.execute(f"alter view {name} owner to homepot_system")
    op.execute("revoke create on schema public from homepot_system")
