"""The tables of devices: what a device is, and apart from it how it is doing."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from homepot.core.tables import metadata, tenant_column

devices = Table(
    "devices",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("site_id", Integer, nullable=False),
    Column("public_id", Text(collation="C"), nullable=False),
    Column("name", Text, nullable=False),
    # what lists sort by and what search reads; made from the words by fleet.text
    Column("name_key", Text(collation="C"), nullable=False),
    Column("search", Text(collation="C"), nullable=False),
    Column("type", Text(collation="C"), nullable=False),
    Column("location", Text),
    Column("firmware", Text),
    Column("serial", Text),
    Column("os_details", Text),
    Column("mac_address", Text),
    Column("local_ip", Text),
    Column("wan_ip", Text),
    Column("peripherals", JSONB),
    Column("installed_on", Date),
    Column("warranty_until", Date),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    # fixed at enrolment: the trigger devices_provenance_is_fixed refuses a change
    Column("provenance", Text, nullable=False),
    Column("lifecycle", Text, nullable=False),
    # names one pairing of an agent with this device; a new enrolment gets a new one
    Column("epoch_id", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("archived_at", DateTime(timezone=True)),
    UniqueConstraint("tenant_id", "public_id"),
    UniqueConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.id"]),
    CheckConstraint("provenance in ('real', 'imported', 'simulated')", name="provenance_known"),
    CheckConstraint(
        "lifecycle in ('pending', 'active', 'suspended', 'unpaired')", name="lifecycle_known"
    ),
    CheckConstraint("archived_at is null or lifecycle = 'unpaired'", name="archived_is_unpaired"),
    # Lists and counts read the living ones; both are answered from the index alone.
    Index(None, "tenant_id", "name_key", "id", postgresql_where=text("archived_at IS NULL")),
    Index(None, "tenant_id", "site_id", postgresql_where=text("archived_at IS NULL")),
)

# Every heartbeat writes here. No index may stand on a column a heartbeat changes, so that
# each update stays within its page (a "heap-only" update) and leaves the indexes alone; the
# sweep for silent devices reads the whole small table instead.
device_state = Table(
    "device_state",
    metadata,
    Column("device_id", Integer, primary_key=True, autoincrement=False),
    tenant_column(),
    Column("connectivity", Text, nullable=False, server_default=text("'unknown'")),
    Column("last_seen_at", DateTime(timezone=True)),
    Column("last_heartbeat_at", DateTime(timezone=True)),
    # the device's own deadline: silent beyond it means offline
    Column("silent_after", DateTime(timezone=True)),
    # how long it might be silent when it last spoke, and how often it says it reports
    Column("silence_s", Integer, nullable=False, server_default=text("120")),
    Column("collection_interval_s", Integer),
    Column("health", Text, nullable=False, server_default=text("'unknown'")),
    Column("health_reason", Text),
    # how far its clock is ahead, since when that is too far, and what it may be instead
    Column("clock_skew_s", Double),
    Column("clock_wrong_since", DateTime(timezone=True)),
    Column("clock_doubt_s", Double),
    Column("clock_doubt_since", DateTime(timezone=True)),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    ),
    CheckConstraint("connectivity in ('unknown', 'online', 'offline')", name="connectivity_known"),
    CheckConstraint(
        "health in ('healthy', 'warning', 'critical', 'maintenance', 'unknown')",
        name="health_known",
    ),
    CheckConstraint("silence_s > 0", name="silence_positive"),
    postgresql_with={"fillfactor": "70"},
)
