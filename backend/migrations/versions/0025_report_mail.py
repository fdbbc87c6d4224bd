"""Reports go out over the channels of alerts

Revision: 0025_report_mail, after 0024_reports
"""

from alembic import op

revision = "0025_report_mail"
down_revision = "0024_reports"
branch_labels = None
depends_on = None

_KINDS = "alter table alert_deliveries {} constraint alert_deliveries_kind_known_check"


def upgrade() -> None:
    op.execute(_KINDS.format("drop"))
    op.execute(f"{_KINDS.format('add')} check (kind in ('alert', 'digest', 'test', 'report'))")


def downgrade() -> None:
    op.execute(_KINDS.format("drop"))
    op.execute(f"{_KINDS.format('add')} check (kind in ('alert', 'digest', 'test')) not valid")
