"""How well each device is, with the reasons, and how it has been."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from homepot.core.tables import metadata, tenant_column

_STATUSES = "status in ('healthy', 'warning', 'critical', 'unknown')"


def _of_device() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    )


device_health = Table(
    "device_health",
    metadata,
    Column("device_id", Integer, primary_key=True, autoincrement=False),
    tenant_column(),
    # none as long as it is unknown
    Column("score", Double),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    # each with its name, weight, evidence, what it takes away, and why
    Column("factors", JSONB, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    _of_device(),
    CheckConstraint(_STATUSES, name="status_known"),
)

device_health_history = Table(
    "device_health_history",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("score", Double),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    _of_device(),
    CheckConstraint(_STATUSES, name="status_known"),
    Index(None, "device_id", "at", "id"),
)
