"""Reports as they were made, and who wants them by themselves."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
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

_MODES = "mode in ('maintenance', 'predictive', 'executive')"

ai_reports = Table(
    "ai_reports",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("report_type", Text, nullable=False),
    # both null: of everything the tenant has
    Column("site_id", Integer),
    Column("device_id", Integer),
    # all that it says, as JSON
    Column("content", Text, nullable=False),
    Column("generated_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("mode", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("period_start", DateTime(timezone=True), nullable=False),
    Column("period_end", DateTime(timezone=True), nullable=False),
    # what it was made for by itself: once
    Column("occasion", Text(collation="C")),
    # who wanted it by itself
    Column("schedule_id", Integer),
    # when it was handed to the channels
    Column("told_at", DateTime(timezone=True)),
    UniqueConstraint("tenant_id", "public_id"),
    UniqueConstraint("tenant_id", "occasion"),
    ForeignKeyConstraint(
        ["tenant_id", "site_id"], ["sites.tenant_id", "sites.id"], ondelete="CASCADE"
    ),
    ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    ),
    ForeignKeyConstraint(
        ["tenant_id", "schedule_id"], ["ai_report_schedules.tenant_id", "ai_report_schedules.id"]
    ),
    CheckConstraint(
        "report_type in ('daily', 'incident', 'weekly', 'monthly', 'custom')",
        name="report_type_known",
    ),
    CheckConstraint(_MODES, name="mode_known"),
    Index(None, "tenant_id", "generated_at"),
    Index(None, "device_id", "id"),
    Index(None, "site_id", "id"),
)

ai_report_schedules = Table(
    "ai_report_schedules",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("report_type", Text, nullable=False),
    # one of everything, one of each site there is, or one of this site or device
    Column("scope", Text, nullable=False),
    Column("site_id", Integer),
    Column("device_id", Integer),
    # on whose clock one of everything is due; the others have a site
    Column("timezone", Text, nullable=False, server_default="UTC"),
    Column("enabled", Boolean, nullable=False),
    Column("mode", Text, nullable=False),
    Column("channel_ids", ARRAY(Text), nullable=False),
    # nothing of before that is made up for
    Column("since", DateTime(timezone=True), nullable=False),
    # its reports still say where they came from
    Column("removed_at", DateTime(timezone=True)),
    UniqueConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "public_id"),
    ForeignKeyConstraint(
        ["tenant_id", "site_id"], ["sites.tenant_id", "sites.id"], ondelete="CASCADE"
    ),
    ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    ),
    CheckConstraint(
        "report_type in ('daily', 'weekly', 'monthly', 'incident')", name="report_type_known"
    ),
    CheckConstraint("scope in ('everything', 'each_site', 'site', 'device')", name="scope_known"),
    CheckConstraint(
        "(site_id is not null) = (scope = 'site') and (device_id is not null) = (scope = 'device')",
        name="scope_named",
    ),
    CheckConstraint(_MODES, name="mode_known"),
)
