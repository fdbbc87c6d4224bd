"""The history of connectivity, and of the server's own absence."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from homepot.core.tables import metadata, tenant_column

# One row is history, outbox and source of uptime at once.
connectivity_changes = Table(
    "connectivity_changes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    # since when it is so; `recorded_at` is when we noticed
    Column("at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    ),
    CheckConstraint("state in ('unknown', 'online', 'offline')", name="state_known"),
    CheckConstraint("state <> previous", name="is_a_change"),
    Index(None, "device_id", "at"),
)

# The two below belong to the server, not to a tenant: when it was last at work, and when not.
server_presence = Table(
    "server_presence",
    metadata,
    Column("part", Text, primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)

server_gaps = Table(
    "server_gaps",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("from_at", DateTime(timezone=True), nullable=False),
    Column("to_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("from_at < to_at", name="ordered"),
    Index(None, "to_at"),
)
