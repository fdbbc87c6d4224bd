"""The table of sites."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from homepot.core.tables import metadata, tenant_column

sites = Table(
    "sites",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("name", Text, nullable=False),
    # what lists sort by and what search reads; made from the words by fleet.text
    Column("name_key", Text(collation="C"), nullable=False),
    Column("search", Text(collation="C"), nullable=False),
    Column("timezone", Text, nullable=False),
    Column("address", Text),
    Column("schedule", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("maintenance_windows", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("closed_on", ARRAY(Date), nullable=False, server_default=text("'{}'::date[]")),
    Column("downtime_cost_per_hour", Numeric(12, 2)),
    Column("visit_cost", Numeric(12, 2)),
    Column("currency", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("archived_at", DateTime(timezone=True)),
    UniqueConstraint("tenant_id", "public_id"),
    # devices point at (tenant_id, id), so that no row can name another tenant's site
    UniqueConstraint("tenant_id", "id"),
    CheckConstraint(
        "num_nulls(downtime_cost_per_hour, visit_cost, currency) in (0, 3)", name="tariff_whole"
    ),
    CheckConstraint("downtime_cost_per_hour >= 0 and visit_cost >= 0", name="tariff_not_negative"),
    Index(None, "tenant_id", "name_key", "id"),
)
