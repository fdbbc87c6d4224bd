"""The mode that a user chose to see things in."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    Table,
    Text,
    text,
)

from homepot.core.tables import metadata, tenant_column

ai_mode_choices = Table(
    "ai_mode_choices",
    metadata,
    Column("user_id", Integer, primary_key=True, autoincrement=False),
    tenant_column(),
    Column("mode", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    ForeignKeyConstraint(
        ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"
    ),
    CheckConstraint("mode in ('maintenance', 'predictive', 'executive')", name="mode_known"),
)
