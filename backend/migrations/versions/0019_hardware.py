"""Incidents of hardware keep the category they were recorded with

Revision: 0019_hardware, after 0018_thresholds
"""

from alembic import op

revision = "0019_hardware"
down_revision = "0018_thresholds"
branch_labels = None
depends_on = None

_TABLES = ("incidents", "ai_incident_patterns")


def upgrade() -> None:
    op.execute("alter table incidents drop constraint incidents_category_known_check")
    _unforced()
    # They were kept among the mechanical ones; memory has what was written.
    op.execute(
        """
        update incidents as i set category = 'hardware'
        from ai_incident_patterns as p
        where p.tenant_id = i.tenant_id and p.incident_id = i.given_id
            and i.category = 'mechanical' and p.category = 'hardware'
        """
    )
    _forced()
    _allow("'hardware', 'mechanical'")


def downgrade() -> None:
    op.execute("alter table incidents drop constraint incidents_category_known_check")
    _unforced()
    op.execute("update incidents set category = 'mechanical' where category = 'hardware'")
    _forced()
    _allow("'mechanical'")


def _allow(of_machines: str) -> None:
    op.execute(
        f"""
        alter table incidents add constraint incidents_category_known_check
            check (category in ('temperature', 'connectivity', 'power', 'storage', 'software',
                {of_machines}, 'sensor', 'security'))
        """
    )


def _unforced() -> None:
    """Forced, row-level security would hide every row from the owner of the tables too."""
    for table in _TABLES:
        op.execute(f"alter table {table} no force row level security")


def _forced() -> None:
    for table in _TABLES:
        op.execute(f"alter table {table} force row level security")
