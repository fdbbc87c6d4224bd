"""When MQTT messages that say no time came

Revision: 0010_mqtt, after 0009_archive
"""

from alembic import op

revision = "0009_mqtt"
down_revision = "0008_holes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table mqtt_receipts (
            packet integer primary key,
            digest bytea not null,
            at_us bigint not null
        )
        """
    )
    op.execute("grant select, insert, update, delete on mqtt_receipts to homepot_system")


def downgrade() -> None:
    op.execute("drop table mqtt_receipts")
