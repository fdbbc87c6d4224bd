"""What is foreseen of each device, and the maintenance schedule

Revision: 0023_predictions, after 0022_insight_actions
"""

from alembic import op

from isolation import isolate

revision = "0023_predictions"
down_revision = "0022_insight_actions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _predictions()
    _devices()
    _schedule()


def _predictions() -> None:
    op.execute(
        """
        create table ai_predictions (
            id bigint generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            public_id text collate "C" not null,
            device_id integer not null,
            metric text not null,
            limit_name text not null,
            limit_value double precision not null,
            unit text not null,
            label text not null,
            state text not null,
            severity text not null,
            crosses_at timestamptz not null,
            lower_at timestamptz not null,
            upper_at timestamptz not null,
            chance_7d double precision not null,
            chance_14d double precision not null,
            chance_30d double precision not null,
            level double precision not null,
            growth double precision not null,
            rate_per_day double precision not null,
            onset_at timestamptz not null,
            first_at timestamptz not null,
            predicted_at timestamptz not null,
            ended_at timestamptz,
            told text,
            unique (tenant_id, public_id),
            unique (tenant_id, id),
            foreign key (tenant_id, device_id) references devices (tenant_id, id)
                on delete cascade,
            constraint ai_predictions_state_known_check
                check (state in ('open', 'reached', 'gone')),
            constraint ai_predictions_severity_known_check
                check (severity in ('warning', 'critical')),
            constraint ai_predictions_told_known_check check (told in ('opened', 'over'))
        )
        """
    )
    op.execute(
        "create unique index ai_predictions_open_key"
        " on ai_predictions (device_id, metric, limit_name) where state = 'open'"
    )
    op.execute(
        "create index ai_predictions_device_id_predicted_at_idx"
        " on ai_predictions (device_id, predicted_at)"
    )
    isolate("ai_predictions")


def _devices() -> None:
    op.execute(
        """
        create table ai_prediction_devices (
            device_id integer primary key,
            tenant_id integer not null references tenants (id),
            looked_at timestamptz not null,
            hours integer not null,
            hours_needed integer not null,
            limited integer not null,
            reached jsonb not null,
            foreign key (tenant_id, device_id) references devices (tenant_id, id)
                on delete cascade
        )
        """
    )
    isolate("ai_prediction_devices")


def _schedule() -> None:
    op.execute(
        """
        create table maintenance_schedule (
            id bigint generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            public_id text collate "C" not null,
            device_id integer not null,
            prediction_id bigint,
            what text not null,
            due_at timestamptz not null,
            parts text,
            cost numeric(12, 2),
            currency text,
            cost_why text not null,
            state text not null,
            created_at timestamptz not null,
            changed_at timestamptz not null,
            changed_by text,
            note text,
            unique (tenant_id, public_id),
            unique (tenant_id, prediction_id),
            foreign key (tenant_id, device_id) references devices (tenant_id, id)
                on delete cascade,
            foreign key (tenant_id, prediction_id) references ai_predictions (tenant_id, id)
                on delete cascade,
            constraint maintenance_schedule_state_known_check
                check (state in ('planned', 'done', 'dropped', 'lapsed'))
        )
        """
    )
    op.execute(
        "create index maintenance_schedule_tenant_id_due_at_idx"
        " on maintenance_schedule (tenant_id, due_at)"
    )
    isolate("maintenance_schedule")


def downgrade() -> None:
    op.execute("drop table maintenance_schedule")
    op.execute("drop table ai_prediction_devices")
    op.execute("drop table ai_predictions")
