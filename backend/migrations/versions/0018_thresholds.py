"""Thresholds of health for types and devices, and limits of single devices

Revision: 0018_thresholds, after 0017_questions
"""

from alembic import op

from isolation import isolate

revision = "0018_thresholds"
down_revision = "0017_questions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table device_thresholds (
            id integer generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            device_type text,
            device_id integer,
            healthy double precision,
            warning double precision,
            limits jsonb not null default '{}'::jsonb,
            updated_at timestamptz not null default now(),
            unique (tenant_id, device_type),
            unique (tenant_id, device_id),
            foreign key (tenant_id, device_id)
                references devices (tenant_id, id) on delete cascade,
            constraint device_thresholds_of_one_check
                check (num_nonnulls(device_type, device_id) = 1),
            constraint device_thresholds_both_check
                check (num_nonnulls(healthy, warning) in (0, 2)),
            constraint device_thresholds_ordered_check
                check (0 <= warning and warning < healthy and healthy <= 1)
        )
        """
    )
    isolate("device_thresholds")


def downgrade() -> None:
    op.execute("drop table device_thresholds")
