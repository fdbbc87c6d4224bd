"""What things cost: for all devices, a type, or a type at a site. A site's own line is on it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    text,
)

from homepot.core.tables import metadata, tenant_column

tariffs = Table(
    "tariffs",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    # null: at every site
    Column("site_id", Integer),
    # empty: of every type
    Column("device_type", Text(collation="C"), nullable=False),
    Column("downtime_cost_per_hour", Numeric(12, 2)),
    Column("visit_cost", Numeric(12, 2)),
    Column("part_cost", Numeric(12, 2)),
    Column("currency", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("updated_by", Text, nullable=False),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.id"]),
    CheckConstraint("site_id is null or device_type <> ''", name="not_of_a_site_alone"),
    CheckConstraint(
        "num_nonnulls(downtime_cost_per_hour, visit_cost, part_cost) > 0", name="says_something"
    ),
    CheckConstraint(
        "downtime_cost_per_hour >= 0 and visit_cost >= 0 and part_cost >= 0", name="not_negative"
    ),
    Index(
        "tariffs_everywhere_key",
        "tenant_id",
        "device_type",
        unique=True,
        postgresql_where=text("site_id is null"),
    ),
    Index(
        "tariffs_at_site_key",
        "tenant_id",
        "site_id",
        "device_type",
        unique=True,
        postgresql_where=text("site_id is not null"),
    ),
)
