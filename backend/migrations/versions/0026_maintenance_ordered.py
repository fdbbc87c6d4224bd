"""Upkeep that is ordered, between planned and done

Revision: 0026_maintenance_ordered, after 0025_report_mail
"""

from alembic import op

revision = "0026_maintenance_ordered"
down_revision = "0025_report_mail"
branch_labels = None
depends_on = None

_STATES = "alter table maintenance_schedule {} constraint maintenance_schedule_state_known_check"


def upgrade() -> None:
    op.execute(_STATES.format("drop"))
    op.execute(
        f"{_STATES.format('add')} check"
        " (state in ('planned', 'ordered', 'done', 'dropped', 'lapsed'))"
    )


def downgrade() -> None:
    op.execute(_STATES.format("drop"))
    op.execute(
        f"{_STATES.format('add')} check"
        " (state in ('planned', 'done', 'dropped', 'lapsed')) not valid"
    )
