"""What a tenant changed lately, found without reading all that it remembers

Revision: 0016_memory_in_step, after 0015_rollups_behind
"""

from alembic import op

revision = "0016_memory_in_step"
down_revision = "0015_rollups_behind"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index ai_incident_patterns_tenant_id_changed_by_idx"
        " on ai_incident_patterns (tenant_id, changed_by)"
    )
    op.execute("drop index ai_incident_patterns_tenant_id_embedding_model_idx")


def downgrade() -> None:
    op.execute(
        "create index ai_incident_patterns_tenant_id_embedding_model_idx"
        " on ai_incident_patterns (tenant_id, embedding_model)"
    )
    op.execute("drop index ai_incident_patterns_tenant_id_changed_by_idx")
