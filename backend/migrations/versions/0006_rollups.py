"""Rollups of readings: five minutes and an hour, and how far their makers have read

Revision: 0006_rollups, after 0005_telemetry
"""

from alembic import op

revision = "0006_rollups"
down_revision = "0005_telemetry"
branch_labels = None
depends_on = None

SPANS = ("5m", "1h")


def upgrade() -> None:
    for span in SPANS:
        op.execute(
            f"""
            create table device_rollups_{span} (
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
        op.execute(
            f"grant select, insert, update, delete on device_rollups_{span} to homepot_system"
        )
        op.execute(
            f"""
            create view rollups_{span} with (security_barrier) as
            select d.tenant_id, m.*
            from device_rollups_{span} m join devices d on d.id = m.device_id
            where d.tenant_id = current_setting('homepot.tenant_id')::int
            """
        )
        op.execute(f"grant select on rollups_{span} to homepot_tenant")
        op.execute("grant create on schema public to homepot_system")
        op.execute(f"alter view rollups_{span} owner to homepot_system")
        op.execute("revoke create on schema public from homepot_system")
    op.execute(
        """
        create table telemetry_readers (
            name text primary key,
            low xid8 not null,
            read_at timestamptz not null default now()
        )
        """
    )
    op.execute("grant select, insert, update, delete on telemetry_readers to homepot_system")


def downgrade() -> None:
    op.execute("drop table telemetry_readers")
    for span in SPANS:
        op.execute(f"drop view rollups_{span}")
        op.execute(f"drop table device_rollups_{span}")
