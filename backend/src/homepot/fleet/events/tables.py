"""What devices say of themselves. A fingerprint lets a report that is sent again change nothing."""

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
    LargeBinary,
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


device_events = Table(
    "device_events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("severity", Text, nullable=False),
    # as the device said it, where we use another word
    Column("severity_given", Text),
    Column("category", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("details", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("fingerprint", LargeBinary),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    UniqueConstraint("device_id", "fingerprint"),
    _of_device(),
    CheckConstraint("kind in ('log', 'audit', 'alert', 'notice')", name="kind_known"),
    CheckConstraint("severity in ('critical', 'warning', 'info')", name="severity_known"),
    Index(None, "device_id", "at", "id"),
)

device_jobs = Table(
    "device_jobs",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("action", Text, nullable=False),
    Column("description", Text),
    Column("priority", Text, nullable=False),
    Column("payload", JSONB),
    Column("status", Text, nullable=False),
    Column("result", JSONB),
    Column("error_message", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    UniqueConstraint("tenant_id", "public_id"),
    _of_device(),
    CheckConstraint(
        "status in ('pending', 'running', 'completed', 'failed', 'cancelled')",
        name="status_known",
    ),
    Index(None, "device_id", "id"),
)

config_history = Table(
    "config_history",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("action", Text, nullable=False),
    Column("parameter_name", Text, nullable=False),
    Column("old_value", JSONB),
    Column("new_value", JSONB),
    Column("success", Boolean, nullable=False),
    Column("performance_before", JSONB),
    Column("performance_after", JSONB),
    Column("was_rolled_back", Boolean, nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("fingerprint", LargeBinary),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    UniqueConstraint("device_id", "fingerprint"),
    _of_device(),
    Index(None, "device_id", "at", "id"),
)
