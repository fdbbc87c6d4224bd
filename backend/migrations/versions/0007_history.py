"""What the server itself notices of a device, doubts about clocks, and an end to old gaps

Revision: 0007_history, after 0006_rollups
"""

from alembic import op

revision = "0007_history"
down_revision = "0006_rollups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table device_events drop constraint device_events_kind_known_check")
    op.execute(
        "alter table device_events add constraint device_events_kind_known_check"
        " check (kind in ('log', 'audit', 'alert', 'notice'))"
    )
    op.execute(
        "alter table device_state add column clock_wrong_since timestamptz,"
        " add column clock_doubt_s double precision,"
        " add column clock_doubt_since timestamptz"
    )
    op.execute("grant delete on server_gaps to homepot_system")


def downgrade() -> None:
    op.execute("revoke delete on server_gaps from homepot_system")
    op.execute(
        "alter table device_state drop column clock_wrong_since,"
        " drop column clock_doubt_s, drop column clock_doubt_since"
    )
    op.execute("delete from device_events where kind = 'notice'")
    op.execute("alter table device_events drop constraint device_events_kind_known_check")
    op.execute(
        "alter table device_events add constraint device_events_kind_known_check"
        " check (kind in ('log', 'audit', 'alert'))"
    )
