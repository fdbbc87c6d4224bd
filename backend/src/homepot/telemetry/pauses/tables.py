"""What is known of each device's reports, and its pauses."""

from sqlalchemy import Column, DateTime, Double, ForeignKeyConstraint, Index, Integer, Table
from sqlalchemy import PrimaryKeyConstraint as PrimaryKey

from homepot.core.tables import metadata, tenant_column


def _of_device() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "device_id"], ["devices.tenant_id", "devices.id"], ondelete="CASCADE"
    )


device_reports = Table(
    "device_reports",
    metadata,
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    Column("first_at", DateTime(timezone=True), nullable=False),
    # from when on it is known what is usual
    Column("known_at", DateTime(timezone=True)),
    Column("last_at", DateTime(timezone=True), nullable=False),
    # at the last report
    Column("usual_s", Double),
    Column("shortest_s", Double),
    PrimaryKey("device_id"),
    _of_device(),
)
device_pauses = Table(
    "device_pauses",
    metadata,
    tenant_column(),
    Column("device_id", Integer, nullable=False),
    Column("from_at", DateTime(timezone=True), nullable=False),
    Column("until_at", DateTime(timezone=True), nullable=False),
    Column("usual_s", Double, nullable=False),
    PrimaryKey("device_id", "from_at"),
    _of_device(),
    Index(None, "until_at"),
)
