"""What detection found, and what it keeps to go on where it was."""

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
    LargeBinary,
    PrimaryKeyConstraint,
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


ai_anomaly_logs = Table(
    "ai_anomaly_logs",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    Column("site_id", Integer, nullable=False),
    # how the device was when this was last written, by this and what else deviated
    Column("health_score", Double, nullable=False),
    Column("status", Text, nullable=False),
    # [{name, kind, unit, share, size, value, usual, low, high, p, since, first}], the loudest
    # first, as each was when it was furthest off; `first` is how it was when it was first told,
    # at the moment `since`, and `began` when it began to be off, where readings say it
    Column("metrics", JSONB, nullable=False),
    Column("kind", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("p_value", Double, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("detected_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    # why nobody was told: history, maintenance, closed
    Column("muted", Text),
    Column("engine_version", Text, nullable=False),
    # which life of the engine, and its own number in it
    Column("generation", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    UniqueConstraint("device_id", "generation", "number"),
    UniqueConstraint("tenant_id", "id"),
    _of_device(),
    CheckConstraint("status in ('healthy', 'warning', 'critical')", name="status_known"),
    CheckConstraint("severity in ('info', 'warning', 'critical')", name="severity_known"),
    Index(None, "tenant_id", "detected_at", "id"),
    Index(None, "device_id", "started_at"),
    Index(None, "device_id", postgresql_where=text("ended_at is null")),
)

detection_shares = Table(
    "detection_shares",
    metadata,
    Column("share", Integer, primary_key=True, autoincrement=False),
    Column("engine_version", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    # steps that were taken, and the one after which the state below was written
    Column("seq", BigInteger, nullable=False),
    Column("checkpoint_seq", BigInteger, nullable=False),
    Column("engine", LargeBinary, nullable=False),
    Column("behind", LargeBinary, nullable=False),
    Column("checkpoint_at", DateTime(timezone=True), nullable=False),
)

detection_steps = Table(
    "detection_steps",
    metadata,
    Column("share", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("share", "seq"),
)

detection_devices = Table(
    "detection_devices",
    metadata,
    Column("device_id", Integer, primary_key=True, autoincrement=False),
    tenant_column(),
    Column("learned_h", Double, nullable=False),
    Column("needed_h", Double, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    _of_device(),
)

# What somebody said of a device, on its way to detection.
detection_notes = Table(
    "detection_notes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    _of_device(),
)
