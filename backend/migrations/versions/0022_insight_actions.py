"""What was done about what insights recommend, and by whom

Revision: 0022_insight_actions, after 0021_days
"""

from alembic import op

from isolation import isolate

revision = "0022_insight_actions"
down_revision = "0021_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table ai_insight_actions (
            id bigint generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            public_id text collate "C" not null,
            site_id integer not null,
            recommendation_id text collate "C" not null,
            kind text not null,
            recommendation text not null,
            device_rows integer[] not null,
            category text,
            metric text,
            taken_at timestamptz not null,
            note text,
            actor_kind text not null,
            actor_name text not null,
            created_at timestamptz not null default now(),
            unique (tenant_id, public_id),
            foreign key (tenant_id, site_id) references sites (tenant_id, id)
        )
        """
    )
    op.execute(
        "create index ai_insight_actions_tenant_id_site_id_taken_at_idx"
        " on ai_insight_actions (tenant_id, site_id, taken_at)"
    )
    isolate("ai_insight_actions")


def downgrade() -> None:
    op.execute("drop table ai_insight_actions")
