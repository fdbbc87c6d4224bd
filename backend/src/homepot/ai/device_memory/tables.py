"""Incidents as they are remembered. Vectors are float4 in the machine's own byte order."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from homepot.core.tables import TransactionId, metadata, tenant_column

_AT = DateTime(timezone=True)

ai_incident_patterns = Table(
    "ai_incident_patterns",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("incident_id", Text(collation="C"), nullable=False),
    Column("device_id", Integer),
    Column("category", Text, nullable=False),
    Column("severity", Text),
    Column("started_at", _AT),
    Column("ended_at", _AT),
    Column("pattern_description", Text, nullable=False),
    Column("resolution", Text),
    Column("effective", Boolean),
    Column("signature", JSONB),
    # the signature as a vector, and the words as a vector of the model named beside it
    Column("shape", LargeBinary),
    Column("embedding", LargeBinary),
    Column("embedding_model", Text),
    Column("created_at", _AT, nullable=False, server_default=text("now()")),
    Column(
        "changed_by",
        TransactionId,
        nullable=False,
        server_default=text("pg_current_xact_id()"),
    ),
    UniqueConstraint("tenant_id", "incident_id"),
    ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    ),
    CheckConstraint("severity in ('critical', 'warning', 'info')", name="severity_known"),
    Index(None, "device_id"),
    Index(None, "changed_by"),
    Index(None, "tenant_id", "changed_by"),
)
