"""The system may look at the queue of jobs, so that their state can be told

Revision: 0029_queue_seen, after 0028_quarters
"""

from alembic import op

revision = "0029_queue_seen"
down_revision = "0028_quarters"
branch_labels = None
depends_on = None

_TABLES = "procrastinate_jobs, procrastinate_events, procrastinate_workers"


def upgrade() -> None:
    op.execute(f"grant select on {_TABLES} to homepot_system")


def downgrade() -> None:
    op.execute(f"revoke select on {_TABLES} from homepot_system")
