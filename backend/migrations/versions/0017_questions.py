"""What was asked, how it was understood, and what people said of the answer

Revision: 0017_questions, after 0016_memory_in_step
"""

from alembic import op

from isolation import isolate

revision = "0017_questions"
down_revision = "0016_memory_in_step"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table ai_questions (
            id bigint generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            public_id text collate "C" not null,
            user_id integer,
            actor_name text not null,
            conversation_id text collate "C" not null,
            asked_at timestamptz not null,
            as_of timestamptz not null,
            question text,
            plan jsonb not null,
            kind text not null,
            value jsonb,
            answer text not null,
            mode text not null,
            model_used text,
            response_time_ms integer not null,
            rating integer constraint ai_questions_rating_known_check check (rating in (-1, 1)),
            correction text,
            rated_at timestamptz,
            unique (tenant_id, public_id),
            foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade
        )
        """
    )
    op.execute(
        "create index ai_questions_tenant_id_user_id_conversation_id_id_idx"
        " on ai_questions (tenant_id, user_id, conversation_id, id)"
    )
    op.execute("create index ai_questions_asked_at_idx on ai_questions (asked_at)")
    isolate("ai_questions")


def downgrade() -> None:
    op.execute("drop table ai_questions")
