"""What was asked, how it was understood, and what people said of the answer."""

from sqlalchemy import (
    BigInteger,
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
)
from sqlalchemy.dialects.postgresql import JSONB

from homepot.core.tables import metadata, tenant_column

ai_questions = Table(
    "ai_questions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("public_id", Text(collation="C"), nullable=False),
    # null: a command on the server
    Column("user_id", Integer),
    Column("actor_name", Text, nullable=False),
    Column("conversation_id", Text(collation="C"), nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=False),
    # null where a plan was sent instead
    Column("question", Text),
    Column("plan", JSONB, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", JSONB),
    Column("answer", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("model_used", Text),
    Column("response_time_ms", Integer, nullable=False),
    # what the asker said of it: 1 right, -1 wrong, and how it should have been
    Column("rating", Integer),
    Column("correction", Text),
    Column("rated_at", DateTime(timezone=True)),
    UniqueConstraint("tenant_id", "public_id"),
    ForeignKeyConstraint(
        ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], ondelete="CASCADE"
    ),
    CheckConstraint("rating in (-1, 1)", name="rating_known"),
    Index(None, "tenant_id", "user_id", "conversation_id", "id"),
    Index(None, "asked_at"),
)
