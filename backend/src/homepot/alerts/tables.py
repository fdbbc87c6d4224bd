"""Channels, rules, silences; alerts with what was decided; the outbox and its log."""

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
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from homepot.core.tables import TransactionId, metadata, tenant_column


def _of(column: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete="CASCADE"
    )


def _texts(name: str) -> Column[list[str]]:
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'::text[]"))


_TRUE = text("true")

alert_channels = Table(
    "alert_channels",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # the address with its secrets: people's requests may write it and never read it
    Column("url", Text),
    Column("topic", Text),
    # the address as it may be shown
    Column("shown", Text, nullable=False),
    Column("length", Text, nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=_TRUE),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("removed_at", DateTime(timezone=True)),
    Column("last_sent_at", DateTime(timezone=True)),
    Column("failing_since", DateTime(timezone=True)),
    Column("problem", Text),
    UniqueConstraint("tenant_id", "public_id"),
    UniqueConstraint("tenant_id", "id"),
    CheckConstraint("kind in ('service', 'mqtt', 'dashboard')", name="kind_known"),
    CheckConstraint("length in ('short', 'long')", name="length_known"),
)

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("name", Text, nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=_TRUE),
    Column("severity_min", Text, nullable=False),
    _texts("categories"),
    _texts("site_ids"),
    _texts("types"),
    _texts("tags"),
    Column("hours", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("opening", Text, nullable=False),
    Column("during_maintenance", Boolean, nullable=False),
    _texts("channel_ids"),
    Column("escalate_after_min", Integer),
    _texts("escalate_channel_ids"),
    Column("digest", Text, nullable=False),
    Column("digest_at", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("tells_over", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("tenant_id", "public_id"),
    UniqueConstraint("tenant_id", "id"),
    CheckConstraint("severity_min in ('info', 'warning', 'critical')", name="severity_known"),
    CheckConstraint("opening in ('always', 'open', 'closed')", name="opening_known"),
    CheckConstraint("digest in ('none', 'hourly', 'daily')", name="digest_known"),
)

alert_silences = Table(
    "alert_silences",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("device_id", Text),
    Column("site_id", Text),
    Column("tag", Text),
    Column("type", Text),
    Column("category", Text),
    Column("reason", Text),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("ended_by", Text),
    UniqueConstraint("tenant_id", "public_id"),
    UniqueConstraint("tenant_id", "id"),
    Index(None, "tenant_id", "until"),
)

# One for each incident, as alerts know it.
alerts = Table(
    "alerts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("incident_id", Text(collation="C"), nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("site_id", Text, nullable=False),
    Column("site_name", Text, nullable=False),
    Column("device_id", Text),
    Column("device_name", Text),
    _texts("types"),
    _texts("tags"),
    _texts("member_ids"),
    Column("title", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    # how often it came back
    Column("episode", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("tenant_id", "incident_id"),
    UniqueConstraint("tenant_id", "id"),
    CheckConstraint("state in ('open', 'confirmed', 'over')", name="state_known"),
    Index(None, "changed_at"),
)

alert_decisions = Table(
    "alert_decisions",
    metadata,
    tenant_column(),
    # names the occurrence: it is decided upon once
    Column("source", Text(collation="C"), nullable=False),
    Column("incident_id", Text(collation="C"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("what", Text, nullable=False),
    # in words, rule by rule
    Column("outcome", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "source"),
    Index(None, "at"),
)

alert_waits = Table(
    "alert_waits",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("alert_id", BigInteger, nullable=False),
    Column("rule_id", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("silence_id", Integer),
    Column("due_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("alert_id", "rule_id", "why"),
    _of("alert_id", "alerts"),
    _of("rule_id", "alert_rules"),
    CheckConstraint("why in ('held', 'digest', 'escalation')", name="why_known"),
    Index(None, "due_at"),
)

alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("channel_id", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    # while it is being sent: when to take its worker for dead
    Column("sending_until", DateTime(timezone=True)),
    # what is sent, fixed when it is first tried
    Column("message", JSONB),
    Column("ended_at", DateTime(timezone=True)),
    Column("problem", Text),
    UniqueConstraint("tenant_id", "public_id"),
    UniqueConstraint("tenant_id", "id"),
    _of("channel_id", "alert_channels"),
    CheckConstraint("kind in ('alert', 'digest', 'test', 'report')", name="kind_known"),
    CheckConstraint(
        "state in ('waiting', 'sending', 'sent', 'failed', 'dropped')", name="state_known"
    ),
    Index(None, "due_at", postgresql_where=text("state in ('waiting', 'sending')")),
    Index(None, "channel_id", "created_at"),
    Index(None, "tenant_id", "id"),
)

alert_notices = Table(
    "alert_notices",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("alert_id", BigInteger, nullable=False),
    Column("channel_id", Integer, nullable=False),
    Column("what", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("delivery_id", BigInteger, nullable=False),
    # a channel hears of the same thing once
    UniqueConstraint("alert_id", "channel_id", "what", "severity", "episode"),
    _of("alert_id", "alerts"),
    _of("channel_id", "alert_channels"),
    _of("delivery_id", "alert_deliveries"),
    Index(None, "delivery_id"),
)

# The log: each attempt, what came of it, and when.
alert_attempts = Table(
    "alert_attempts",
    metadata,
    tenant_column(),
    Column("delivery_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    # none while it is not known
    Column("result", Text),
    Column("problem", Text),
    PrimaryKeyConstraint("delivery_id", "number"),
    _of("delivery_id", "alert_deliveries"),
    CheckConstraint("result in ('sent', 'failed', 'unknown')", name="result_known"),
)

# Up to where the history of incidents was read; one row, of the whole installation.
alert_position = Table(
    "alert_position",
    metadata,
    Column("is_one", Boolean, primary_key=True, server_default=_TRUE),
    Column("low", TransactionId, nullable=False),
    CheckConstraint("is_one", name="is_one"),
)
