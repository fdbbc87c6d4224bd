"""What was done about what insights recommend, and by whom."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
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

from homepot.core.tables import metadata, tenant_column

ai_insight_actions = Table(
    "ai_insight_actions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("site_id", Integer, nullable=False),
    # the recommendation as it was when somebody took it: it may be gone since
    Column("recommendation_id", Text(collation="C"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("recommendation", Text, nullable=False),
    # which devices it was about, and of what its effect is measured beside being offline
    Column("device_rows", ARRAY(Integer), nullable=False),
    Column("category", Text),
    Column("metric", Text),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("note", Text),
    Column("actor_kind", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    UniqueConstraint("tenant_id", "public_id"),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.id"]),
    Index(None, "tenant_id", "site_id", "taken_at"),
)
