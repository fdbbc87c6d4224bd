"""What is foreseen, how far each device is known, and the maintenance schedule."""

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
    Numeric,
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


# One for each metric of a device that wears towards a limit; renewed each hour while it is open.
ai_predictions = Table(
    "ai_predictions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("device_id", Integer, nullable=False),
    Column("metric", Text, nullable=False),
    Column("limit_name", Text, nullable=False),
    Column("limit_value", Double, nullable=False),
    Column("unit", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("crosses_at", DateTime(timezone=True), nullable=False),
    Column("lower_at", DateTime(timezone=True), nullable=False),
    Column("upper_at", DateTime(timezone=True), nullable=False),
    # how probable it is that the limit is reached within so many days
    Column("chance_7d", Double, nullable=False),
    Column("chance_14d", Double, nullable=False),
    Column("chance_30d", Double, nullable=False),
    Column("level", Double, nullable=False),
    Column("growth", Double, nullable=False),
    Column("rate_per_day", Double, nullable=False),
    Column("onset_at", DateTime(timezone=True), nullable=False),
    Column("first_at", DateTime(timezone=True), nullable=False),
    Column("predicted_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    # what alerts have taken of it: as which it was told, and that it is over
    Column("told", Text),
    # [{incident_id, score}]: what went like it before, by the ids of memory; and when it was asked
    Column("alike", JSONB(none_as_null=True)),
    Column("recalled_at", DateTime(timezone=True)),
    _of_device(),
    UniqueConstraint("tenant_id", "public_id"),
    UniqueConstraint("tenant_id", "id"),
    Index(
        "ai_predictions_open_key", "device_id", "metric", "limit_name", unique=True,
        postgresql_where=text("state = 'open'"),
    ),
    Index(None, "device_id", "predicted_at"),
    CheckConstraint("state in ('open', 'reached', 'gone')", name="state_known"),
    CheckConstraint("severity in ('warning', 'critical')", name="severity_known"),
    CheckConstraint("told in ('opened', 'over')", name="told_known"),
)  # fmt: skip

# When each device was looked at last, how much of it is known, and what stands beyond its limit.
ai_prediction_devices = Table(
    "ai_prediction_devices",
    metadata,
    Column("device_id", Integer, primary_key=True, autoincrement=False),
    tenant_column(),
    Column("looked_at", DateTime(timezone=True), nullable=False),
    # the most hours that a limited metric is known for, of those that are needed
    Column("hours", Integer, nullable=False),
    Column("hours_needed", Integer, nullable=False),
    Column("limited", Integer, nullable=False),
    Column("reached", JSONB, nullable=False),
    _of_device(),
)

maintenance_schedule = Table(
    "maintenance_schedule",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("device_id", Integer, nullable=False),
    Column("prediction_id", BigInteger),
    Column("forewarning_id", BigInteger),
    Column("what", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("parts", Text),
    Column("cost", Numeric(12, 2)),
    Column("currency", Text),
    # why there is no cost, or what it is made of
    Column("cost_why", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text),
    Column("note", Text),
    _of_device(),
    ForeignKeyConstraint(
        ["tenant_id", "prediction_id"], ["ai_predictions.tenant_id", "ai_predictions.id"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["tenant_id", "forewarning_id"], ["ai_forewarnings.tenant_id", "ai_forewarnings.id"],
        ondelete="CASCADE",
    ),
    UniqueConstraint("tenant_id", "public_id"),
    UniqueConstraint("tenant_id", "prediction_id"),
    UniqueConstraint("tenant_id", "forewarning_id"),
    Index(None, "tenant_id", "due_at"),
    CheckConstraint(
        "state in ('planned', 'ordered', 'done', 'dropped', 'lapsed')", name="state_known"
    ),
)  # fmt: skip

# What was learnt from the past failures of each type, or how many there are of those it takes.
ai_failure_models = Table(
    "ai_failure_models",
    metadata,
    tenant_column(),
    Column("device_type", Text, nullable=False),
    Column("learnt_at", DateTime(timezone=True), nullable=False),
    Column("basis", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failures_needed", Integer, nullable=False),
    # how far told chances were from what came true, on devices that were left out
    Column("error_7d", Double),
    Column("error_14d", Double),
    Column("error_30d", Double),
    # packed; null where nothing could be learnt
    Column("model", LargeBinary),
    PrimaryKeyConstraint("tenant_id", "device_type"),
    CheckConstraint("basis in ('trees', 'rate', 'unsure', 'few')", name="basis_known"),
)

# How probable it is that each device fails; renewed each hour.
ai_failure_chances = Table(
    "ai_failure_chances",
    metadata,
    Column("device_id", Integer, primary_key=True, autoincrement=False),
    tenant_column(),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("basis", Text, nullable=False),
    Column("chance_7d", Double, nullable=False),
    Column("chance_14d", Double, nullable=False),
    Column("chance_30d", Double, nullable=False),
    # what speaks most for it, in words
    Column("reasons", JSONB, nullable=False),
    _of_device(),
)

# One for each device that is likely to fail; renewed each hour while it is, then over for a reason.
ai_forewarnings = Table(
    "ai_forewarnings",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("device_id", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    # of what speaks most for it; null where that is the device as a whole
    Column("metric", Text),
    Column("chance_7d", Double, nullable=False),
    Column("chance_14d", Double, nullable=False),
    Column("chance_30d", Double, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("first_at", DateTime(timezone=True), nullable=False),
    Column("predicted_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_why", Text),
    # what alerts have taken of it: how bad it was told to be, and that it is over
    Column("told", Text),
    _of_device(),
    UniqueConstraint("tenant_id", "public_id"),
    UniqueConstraint("tenant_id", "id"),
    Index(
        "ai_forewarnings_open_key", "device_id", unique=True,
        postgresql_where=text("state = 'open'"),
    ),
    Index(None, "device_id", "predicted_at"),
    CheckConstraint("state in ('open', 'failed', 'gone')", name="state_known"),
    CheckConstraint("severity in ('warning', 'critical')", name="severity_known"),
    CheckConstraint("told in ('warning', 'critical', 'over')", name="told_known"),
)  # fmt: skip

# Opens one thing: reading the maintenance schedule as a calendar.
maintenance_calendar_keys = Table(
    "maintenance_calendar_keys",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("user_id", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("secret_digest", LargeBinary, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_read_at", DateTime(timezone=True)),
    ForeignKeyConstraint(
        ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"
    ),
    Index(None, "user_id"),
)
