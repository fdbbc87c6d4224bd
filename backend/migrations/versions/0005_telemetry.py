"""What devices measure, kept whole as it came, each device and time once."""

from alembic import op

from isolation import isolate

revision = "0005_telemetry"
down_revision = "0004_devices_at_work"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table device_reports (
            id bigint generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            device_id integer not null,
            ts timestamptz not null,
            body jsonb not null,
            received_at timestamptz not null default now(),
            unique (device_id, ts),
            foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade
        )
        """
    )
    isolate("device_reports")


def downgrade() -> None:
    op.execute("drop table device_reports")
