"""Tables of access; the rights on them, and the chain of the audit log, are in 0002_access."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from homepot.core.tables import metadata, tenant_column

_AT = DateTime(timezone=True)


def _user_of_the_same_tenant() -> ForeignKeyConstraint:
    """Both columns: nobody can hang a session on a user of another tenant."""
    return ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"])


users = Table(
    "users",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("username", Text, nullable=False),
    # The username as it is compared. Signing in names no tenant, so it is one for all tenants.
    Column("username_key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change_password", Boolean, nullable=False, server_default=text("false")),
    Column("password_expires_at", _AT),
    Column("deactivated_at", _AT),
    Column("last_sign_in_at", _AT),
    Column("created_at", _AT, nullable=False, server_default=func.now()),
    UniqueConstraint("tenant_id", "id"),
    CheckConstraint("role in ('admin', 'operator', 'installer', 'viewer')", name="role"),
    CheckConstraint("char_length(username) between 1 and 64", name="username"),
    CheckConstraint("char_length(name) between 1 and 200", name="name"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("user_id", Integer, nullable=False),
    Column("secret_digest", LargeBinary, nullable=False, unique=True),
    Column("created_at", _AT, nullable=False),
    Column("last_used_at", _AT, nullable=False),
    Column("expires_at", _AT, nullable=False),
    _user_of_the_same_tenant(),
    Index(None, "tenant_id", "user_id"),
)

known_browsers = Table(
    "known_browsers",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("user_id", Integer, nullable=False),
    Column("secret_digest", LargeBinary, nullable=False, unique=True),
    Column("last_used_at", _AT, nullable=False),
    _user_of_the_same_tenant(),
    Index(None, "tenant_id", "user_id"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("user_id", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("public_part", Text, nullable=False, unique=True),
    Column("secret_digest", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", _AT, nullable=False, server_default=func.now()),
    Column("expires_at", _AT, nullable=False),
    Column("revoked_at", _AT),
    Column("last_used_at", _AT),
    CheckConstraint("char_length(name) between 1 and 200", name="name"),
    _user_of_the_same_tenant(),
    Index(None, "tenant_id", "user_id"),
)

# Counted before any tenant is known, so no tenant owns it and no request's role reads it.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("window_ends_at", _AT, nullable=False, index=True),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("tenant_id", Integer, ForeignKey("tenants.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", _AT, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text),
    Column("actor_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("request_id", Text),
    Column("address", Text),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# Where each tenant's chain ends: what tells a cut tail from a short history.
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("tenant_id", Integer, ForeignKey("tenants.id"), primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
