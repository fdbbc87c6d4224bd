"""Rollups of days, and since when a tenant may read them

Revision: 0021_days, after 0020_tariffs
"""

from alembic import op

revision = "0021_days"
down_revision = "0020_tariffs"
branch_labels = None
depends_on = None

_BEHIND = """
    create view rollups_behind with (security_barrier) as
    select d.tenant_id, d.id as device_id, r.read_at as made_at, c.ts_min, c.ts_max{more}
    from devices as d
    left join telemetry_readers as r on r.name = 'rollups'{join}
    left join telemetry_commits as c on c.xid >= r.low
        and c.ts_min < r.read_at - interval '2 minutes' and d.id = any(c.device_ids)
    where d.tenant_id = current_setting('homepot.tenant_id')::int
"""


def upgrade() -> None:
    op.execute(
        """
        create table device_rollups_1d (
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
    op.execute("grant select, insert, update, delete on device_rollups_1d to homepot_system")
    _view(
        "rollups_1d",
        """
        create view rollups_1d with (security_barrier) as
        select d.tenant_id, m.*
        from device_rollups_1d m join devices d on d.id = m.device_id
        where d.tenant_id = current_setting('homepot.tenant_id')::int
        """,
    )
    # A few hours of a whole fleet lie side by side in a table of months: looked up by time.
    op.execute(
        "create index device_rollups_1h_bucket_idx on device_rollups_1h using brin (bucket)"
        " with (pages_per_range = 32, autosummarize = on)"
    )
    op.execute("drop view rollups_behind")
    _view(
        "rollups_behind",
        _BEHIND.format(
            more=", y.read_at as days_made_at",
            join=" left join telemetry_readers as y on y.name = 'rollups of days'",
        ),
    )


def downgrade() -> None:
    op.execute("drop view rollups_behind")
    _view("rollups_behind", _BEHIND.format(more="", join=""))
    op.execute("drop index device_rollups_1h_bucket_idx")
    op.execute("drop view rollups_1d")
    op.execute("drop table device_rollups_1d")


def _view(name: str, made: str) -> None:
    op.execute(made)
    op.execute(f"grant select on {name} to homepot_tenant")
    op.execute("grant create on schema public to homepot_system")
    op.execute(f"alter view {name} owner to homepot_system")
    op.execute("revoke create on schema public from homepot_system")
