"""Tables of device types and of the metric registry.

What the product ships stands in `catalogue/`; these rows hold only what a tenant said
differently, so an upgrade of the catalogue reaches everybody who did not.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Double,
    Identity,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from homepot.core.tables import metadata, tenant_column

device_types = Table(
    "device_types",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("name", Text, nullable=False),
    # null: as shipped
    Column("label", Text),
    # {metric: {field: value, ...} | null}; null hides a shipped metric of this type
    Column("metrics", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    UniqueConstraint("tenant_id", "name"),
    CheckConstraint("char_length(name) between 1 and 64", name="name_length"),
)

metrics = Table(
    "metrics",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("name", Text, nullable=False),
    # null from here to direction: as shipped, or not known
    Column("label", Text),
    Column("unit", Text),
    Column("kind", Text),
    Column("range_low", Double),
    Column("range_high", Double),
    Column("direction", Text),
    Column("origin", Text, nullable=False),
    Column("first_seen_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    UniqueConstraint("tenant_id", "name"),
    CheckConstraint("char_length(name) between 1 and 128", name="name_length"),
    CheckConstraint("kind in ('gauge', 'counter', 'ratio')", name="kind_known"),
    CheckConstraint(
        "direction in ('up_is_bad', 'down_is_bad', 'both', 'none')", name="direction_known"
    ),
    CheckConstraint("origin in ('shipped', 'declared', 'discovered')", name="origin_known"),
    CheckConstraint("range_low <= range_high", name="range_ordered"),
)
