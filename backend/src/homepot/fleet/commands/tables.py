"""Commands, and what the owner of a device permits."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from homepot.core.tables import metadata, tenant_column


def _of_device() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    )


commands = Table(
    "commands",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("command_type", Text, nullable=False),
    Column("payload", JSONB),
    Column("status", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    # by the device's own clock
    Column("executed_at", DateTime(timezone=True)),
    Column("result", JSONB),
    UniqueConstraint("tenant_id", "public_id"),
    _of_device(),
    CheckConstraint(
        "status in ('pending', 'sent', 'completed', 'failed', 'expired')", name="status_known"
    ),
    Index(None, "device_id", "id"),
    Index(
        "commands_open_idx", "expires_at", postgresql_where=text("status in ('pending', 'sent')")
    ),
)

# A row only where somebody decided or asked; without one the default of permissions.py holds.
command_permissions = Table(
    "command_permissions",
    metadata,
    Column("device_id", Integer, primary_key=True, autoincrement=False),
    Column("permission", Text, primary_key=True),
    tenant_column(),
    Column("granted", Boolean, nullable=False),
    # the device asked for it; only a person can grant
    Column("wanted", Boolean, nullable=False, server_default=text("false")),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    _of_device(),
)
