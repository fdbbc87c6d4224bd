"""One row for each device, bucket and metric set; its arrays are in the order of the set."""

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from homepot.core.tables import TransactionId, metadata


def _rollups(span: str) -> Table:
    return Table(
        f"device_rollups_{span}",
        metadata,
        Column("device_id", Integer, nullable=False),
        Column("bucket", DateTime(timezone=True), nullable=False),
        Column("metric_set_id", Integer, nullable=False),
        Column("counts", ARRAY(Integer), nullable=False),
        Column("lows", ARRAY(Double), nullable=False),
        Column("highs", ARRAY(Double), nullable=False),
        Column("sums", ARRAY(Double), nullable=False),
        Column("lasts", ARRAY(Double), nullable=False),
        UniqueConstraint("device_id", "bucket", "metric_set_id"),
        postgresql_partition_by="RANGE (bucket)",
    )


device_rollups_5m = _rollups("5m")
device_rollups_1h = _rollups("1h")
device_rollups_6h = _rollups("6h")
device_rollups_1d = _rollups("1d")
for _rollups_of in (device_rollups_1h, device_rollups_6h, device_rollups_1d):
    Index(
        f"{_rollups_of.name}_bucket_idx",
        _rollups_of.c.bucket,
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
    )

telemetry_readers = Table(
    "telemetry_readers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("low", TransactionId, nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
