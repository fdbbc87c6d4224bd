"""The credentials of devices and of those who enrol them; only digests are kept."""

from sqlalchemy import (
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

from homepot.core.tables import metadata, tenant_column


def _of_site() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "site_id"], ["sites.tenant_id", "sites.id"], ondelete="CASCADE"
    )


def _of_device() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    )


# Several at once are good while a rotation is under way.
device_keys = Table(
    "device_keys",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    # the pairing this key was made for: with the pairing ends the key
    Column("epoch_id", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    UniqueConstraint("digest"),
    _of_device(),
    Index(None, "device_id"),
)

bootstrap_keys = Table(
    "bootstrap_keys",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("site_id", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("label", Text),
    Column("uses", Integer, nullable=False, server_default=text("0")),
    Column("uses_max", Integer),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("expires_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    UniqueConstraint("digest"),
    _of_site(),
    CheckConstraint("uses >= 0 and uses <= uses_max", name="uses_within_max"),
    Index(None, "site_id"),
)

enrolment_intents = Table(
    "enrolment_intents",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("site_id", Integer, nullable=False),
    # unique over all tenants: the address of a claim names no tenant
    Column("public_id", Text(collation="C"), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("device_name", Text),
    Column("device_type", Text),
    Column("expected_device_identity", Text),
    Column("provenance", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("claimed_at", DateTime(timezone=True)),
    Column("device_id", Integer),
    Column("revoked_at", DateTime(timezone=True)),
    UniqueConstraint("public_id"),
    UniqueConstraint("digest"),
    _of_site(),
    _of_device(),
    CheckConstraint("provenance in ('real', 'simulated')", name="provenance_known"),
    Index(None, "site_id"),
)
