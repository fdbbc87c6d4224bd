"""Which files hold which days of readings, and which of them count."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from homepot.core.tables import metadata, tenant_column

archive_files = Table(
    "archive_files",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("day", Date, nullable=False),
    Column("path", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("device_ids", ARRAY(Integer), nullable=False),
    Column("ts_min", DateTime(timezone=True), nullable=False),
    Column("ts_max", DateTime(timezone=True), nullable=False),
    Column("row_count", BigInteger, nullable=False),
    Column("value_count", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    UniqueConstraint("path"),
    CheckConstraint("state in ('writing', 'current', 'replaced')", name="state"),
    Index("archive_files_day_idx", "day", postgresql_where=text("state = 'current'")),
)
