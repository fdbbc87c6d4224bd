"""The chance of a failure, what went like a wear before, and keys to the calendar of upkeep

Revision: 0030_failures, after 0029_queue_seen
"""

from alembic import op

from isolation import isolate

revision = "0030_failures"
down_revision = "0029_queue_seen"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table ai_predictions add column alike jsonb, add column recalled_at timestamptz"
    )
    op.execute(
        """
        create table ai_failure_models (
            tenant_id integer not null references tenants (id),
            device_type text not null,
            learnt_at timestamptz not null,
            basis text not null,
            failures integer not null,
            failures_needed integer not null,
            error_7d float8,
            error_14d float8,
            error_30d float8,
            model bytea,
            primary key (tenant_id, device_type),
            constraint ai_failure_models_basis_known_check
                check (basis in ('trees', 'rate', 'unsure', 'few'))
        )
        """
    )
    isolate("ai_failure_models")
    op.execute(
        """
        create table ai_failure_chances (
            device_id integer primary key,
            tenant_id integer not null references tenants (id),
            at timestamptz not null,
            basis text not null,
            chance_7d float8 not null,
            chance_14d float8 not null,
            chance_30d float8 not null,
            reasons jsonb not null,
            foreign key (tenant_id, device_id) references devices (tenant_id, id)
                on delete cascade
        )
        """
    )
    isolate("ai_failure_chances")
    _calendar()


def _calendar() -> None:
    op.execute(
        """
        create table maintenance_calendar_keys (
            id integer generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            user_id integer not null,
            name text not null,
            secret_digest bytea not null unique,
            created_at timestamptz not null,
            last_read_at timestamptz,
            foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade
        )
        """
    )
    op.execute(
        "create index maintenance_calendar_keys_user_id_idx on maintenance_calendar_keys (user_id)"
    )
    isolate("maintenance_calendar_keys")


def downgrade() -> None:
    op.execute("drop table maintenance_calendar_keys")
    op.execute("drop table ai_failure_chances")
    op.execute("drop table ai_failure_models")
    op.execute("alter table ai_predictions drop column alike, drop column recalled_at")
