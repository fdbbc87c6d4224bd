"""Devices that are likely to fail: told once, with a line in the maintenance schedule, until over

Revision: 0032_forewarnings, after 0031_pauses
"""

from alembic import op

from isolation import isolate

revision = "0032_forewarnings"
down_revision = "0031_pauses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table ai_forewarnings (
            id bigint generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            public_id text collate "C" not null,
            device_id integer not null,
            state text not null,
            severity text not null,
            metric text,
            chance_7d float8 not null,
            chance_14d float8 not null,
            chance_30d float8 not null,
            reasons jsonb not null,
            first_at timestamptz not null,
            predicted_at timestamptz not null,
            ended_at timestamptz,
            ended_why text,
            told text,
            unique (tenant_id, public_id),
            unique (tenant_id, id),
            foreign key (tenant_id, device_id) references devices (tenant_id, id)
                on delete cascade,
            constraint ai_forewarnings_state_known_check
                check (state in ('open', 'failed', 'gone')),
            constraint ai_forewarnings_severity_known_check
                check (severity in ('warning', 'critical')),
            constraint ai_forewarnings_told_known_check
                check (told in ('warning', 'critical', 'over'))
        )
        """
    )
    op.execute(
        "create unique index ai_forewarnings_open_key on ai_forewarnings (device_id)"
        " where state = 'open'"
    )
    op.execute(
        "create index ai_forewarnings_device_id_predicted_at_idx on ai_forewarnings"
        " (device_id, predicted_at)"
    )
    isolate("ai_forewarnings")
    op.execute(
        "alter table maintenance_schedule add column forewarning_id bigint,"
        " add unique (tenant_id, forewarning_id),"
        " add foreign key (tenant_id, forewarning_id)"
        " references ai_forewarnings (tenant_id, id) on delete cascade"
    )


def downgrade() -> None:
    op.execute("alter table maintenance_schedule drop column forewarning_id")
    op.execute("drop table ai_forewarnings")
