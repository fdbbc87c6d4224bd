"""What was said of thresholds: a row for a type, or for one device."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Identity,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from homepot.core.tables import metadata, tenant_column

device_thresholds = Table(
    "device_thresholds",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_type", Text),
    Column("device_id", Integer),
    # null: what is said elsewhere holds
    Column("healthy", Double),
    Column("warning", Double),
    # of a device, {metric: {limit: value | null}}
    Column("limits", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    UniqueConstraint("tenant_id", "device_type"),
    UniqueConstraint("tenant_id", "device_id"),
    ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    ),
    CheckConstraint("num_nonnulls(device_type, device_id) = 1", name="of_one"),
    CheckConstraint("num_nonnulls(healthy, warning) in (0, 2)", name="both"),
    CheckConstraint("0 <= warning and warning < healthy and healthy <= 1", name="ordered"),
)
