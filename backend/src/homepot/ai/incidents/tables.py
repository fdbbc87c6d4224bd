"""Incidents, what happened with them, what they rest on, what they are like, and what is normal."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from homepot.core.tables import TransactionId, metadata, tenant_column

_STATES = "('open', 'confirmed', 'resolved', 'normal', 'closed', 'merged')"


def _of_device() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    )


def _of_incident() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "incident_id"], ["incidents.tenant_id", "incidents.id"], ondelete="CASCADE"
    )


incidents = Table(
    "incidents",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("site_id", Integer, nullable=False),
    # null: it is the site's
    Column("device_id", Integer),
    Column("state", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("search", Text(collation="C"), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("reopened", Integer, nullable=False, server_default=text("0")),
    # the last word on it
    Column("resolution", Text),
    Column("worked", Boolean),
    # the incident that this one turned out to be a part of
    Column("into_id", BigInteger),
    Column("provenance", Text, nullable=False, server_default=text("'detected'")),
    # the id it had where it was imported from
    Column("given_id", Text(collation="C")),
    UniqueConstraint("tenant_id", "public_id"),
    UniqueConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "given_id"),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.id"]),
    _of_device(),
    CheckConstraint(f"state in {_STATES}", name="state_known"),
    CheckConstraint(
        "category in ('temperature', 'connectivity', 'power', 'storage', 'software',"
        " 'hardware', 'mechanical', 'sensor', 'security')",
        name="category_known",
    ),
    CheckConstraint("severity in ('info', 'warning', 'critical')", name="severity_known"),
    CheckConstraint("provenance in ('detected', 'imported')", name="provenance_known"),
    CheckConstraint("(state = 'merged') = (into_id is not null)", name="merged_into"),
    Index(None, "tenant_id", "opened_at", "id"),
    Index(None, "device_id", "opened_at"),
    Index(None, "tenant_id", "id", postgresql_where=text("state in ('open', 'confirmed')")),
)

# One row is history, outbox and audit at once: who reads it goes by `xid`, as with live events.
incident_history = Table(
    "incident_history",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("xid", TransactionId, nullable=False, server_default=func.pg_current_xact_id()),
    tenant_column(),
    Column("incident_id", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("what", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("note", Text),
    Column("worked", Boolean),
    _of_incident(),
    CheckConstraint(
        "what in ('opened', 'worse', 'wider', 'joined', 'merged', 'confirmed', 'resolved',"
        " 'normal', 'reopened', 'closed', 'noted', 'imported', 'corrected')",
        name="what_known",
    ),
    CheckConstraint(f"state in {_STATES}", name="state_known"),
    Index(None, "incident_id", "id"),
    Index(None, "xid"),
)

incident_anomalies = Table(
    "incident_anomalies",
    metadata,
    tenant_column(),
    Column("anomaly_id", BigInteger, nullable=False),
    Column("incident_id", BigInteger, nullable=False),
    Column("device_id", Integer, nullable=False),
    PrimaryKeyConstraint("anomaly_id"),
    ForeignKeyConstraint(
        ["tenant_id", "anomaly_id"],
        ["ai_anomaly_logs.tenant_id", "ai_anomaly_logs.id"],
        ondelete="CASCADE",
    ),
    _of_incident(),
    Index(None, "incident_id"),
)

# What somebody said is normal for a device: the kind of deviation of a metric, within a band.
incident_normals = Table(
    "incident_normals",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    Column("incident_id", BigInteger, nullable=False),
    # empty for a silence
    Column("metric", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("low", Double),
    Column("high", Double),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_name", Text, nullable=False),
    _of_device(),
    _of_incident(),
    Index(None, "device_id"),
)

# What memory still has to do for an incident: an order, until it is carried out.
incident_errands = Table(
    "incident_errands",
    metadata,
    tenant_column(),
    Column("incident_id", BigInteger, nullable=False),
    # recall what was like it, or remember it
    Column("what", Text, nullable=False),
    # how often it was asked for: what was asked again meanwhile is not done yet
    Column("asked", Integer, nullable=False, server_default=text("1")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("due_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("incident_id", "what"),
    _of_incident(),
    CheckConstraint("what in ('recall', 'remember')", name="what_known"),
    Index(None, "due_at"),
)

# What an incident resembled when it was last looked for.
incident_likenesses = Table(
    "incident_likenesses",
    metadata,
    tenant_column(),
    Column("incident_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # [{incident_id, score}], the best first, by the ids of memory; JSON's null where there is
    # nothing by which it could be compared
    Column("found", JSONB, nullable=False),
    _of_incident(),
)
