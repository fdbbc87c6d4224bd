"""A row may have holes: each newest value can have a time of its own

Revision: 0008_holes, after 0007_history
"""

from alembic import op

revision = "0008_holes"
down_revision = "0007_history"
branch_labels = None
depends_on = None

_VIEW = """
    create view latest_readings with (security_barrier) as
    select d.tenant_id, m.* from device_latest m join devices d on d.id = m.device_id
    where d.tenant_id = current_setting('homepot.tenant_id')::int
"""


def upgrade() -> None:
    op.execute("drop view latest_readings")
    op.execute(
        """
        alter table device_latest
            add column times timestamptz[],
            add column written_at timestamptz not null default clock_timestamp()
        """
    )
    _view()


def downgrade() -> None:
    op.execute("drop view latest_readings")
    op.execute("alter table device_latest drop column times, drop column written_at")
    _view()


def _view() -> None:
    """As it was made at first, with the columns that there are now."""
    op.execute(_VIEW)
    op.execute("grant select on latest_readings to homepot_tenant")
    op.execute("grant create on schema public to homepot_system")
    op.execute("alter view latest_readings owner to homepot_system")
    op.execute("revoke create on schema public from homepot_system")
