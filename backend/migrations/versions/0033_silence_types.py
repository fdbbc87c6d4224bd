"""A silence may be of all devices of a type

Revision: 0033_silence_types, after 0032_forewarnings
"""

from alembic import op

revision = "0033_silence_types"
down_revision = "0032_forewarnings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table alert_silences add column type text")


def downgrade() -> None:
    op.execute("alter table alert_silences drop column type")
