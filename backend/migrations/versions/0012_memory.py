"""Incidents as they are remembered, and the mode that each user sees things in

Revision: 0012_memory, after 0011_detection
"""

from alembic import op

from isolation import isolate

revision = "0012_memory"
down_revision = "0011_detection"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table ai_incident_patterns (
            id bigint generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            incident_id text collate "C" not null,
            device_id integer,
            category text not null,
            severity text
                constraint ai_incident_patterns_severity_known_check
                check (severity in ('critical', 'warning', 'info')),
            started_at timestamptz,
            ended_at timestamptz,
            pattern_description text not null,
            resolution text,
            effective boolean,
            signature jsonb,
            shape bytea,
            embedding bytea,
            embedding_model text,
            created_at timestamptz not null default now(),
            changed_by xid8 not null default pg_current_xact_id(),
            unique (tenant_id, incident_id),
            constraint ai_incident_patterns_tenant_id_device_id_fkey
                foreign key (tenant_id, device_id) references devices (tenant_id, id)
                on delete cascade
        )
        """
    )
    # Vectors are as good as random: trying to compress them costs time and saves nothing.
    op.execute("alter table ai_incident_patterns alter shape set storage external")
    op.execute("alter table ai_incident_patterns alter embedding set storage external")
    for columns in ("device_id", "changed_by", "tenant_id, embedding_model"):
        name = f"ai_incident_patterns_{columns.replace(', ', '_')}_idx"
        op.execute(f"create index {name} on ai_incident_patterns ({columns})")
    isolate("ai_incident_patterns")
    op.execute(
        """
        create table ai_mode_choices (
            user_id integer primary key,
            tenant_id integer not null references tenants (id),
            mode text not null
                constraint ai_mode_choices_mode_known_check
                check (mode in ('maintenance', 'predictive', 'executive')),
            changed_at timestamptz not null default now(),
            constraint ai_mode_choices_tenant_id_user_id_fkey
                foreign key (tenant_id, user_id) references users (tenant_id, id)
                on delete cascade
        )
        """
    )
    isolate("ai_mode_choices")


def downgrade() -> None:
    op.execute("drop table ai_mode_choices")
    op.execute("drop table ai_incident_patterns")
