"""One row a report; the names of its values are kept once, in its metric set."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from homepot.core.tables import TransactionId, metadata, tenant_column

metric_sets = Table(
    "metric_sets",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("digest", LargeBinary, nullable=False),
    Column("metrics", ARRAY(Text), nullable=False),
    UniqueConstraint("tenant_id", "digest"),
)

device_metrics = Table(
    "device_metrics",
    metadata,
    Column("device_id", Integer, nullable=False),
    Column("ts", DateTime(timezone=True), nullable=False),
    Column("metric_set_id", Integer, nullable=False),
    Column("values", ARRAY(Double), nullable=False),
    UniqueConstraint("device_id", "ts"),
    Index(
        "device_metrics_ts_idx",
        "ts",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
    ),
    postgresql_partition_by="RANGE (ts)",
)

device_latest = Table(
    "device_latest",
    metadata,
    Column("device_id", Integer, nullable=False),
    Column("metric_set_id", Integer, nullable=False),
    Column("ts", DateTime(timezone=True), nullable=False),
    Column("values", ARRAY(Double), nullable=False),
    Column("times", ARRAY(DateTime(timezone=True))),
    Column(
        "written_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    ),
    PrimaryKeyConstraint("device_id", "metric_set_id"),
)

telemetry_commits = Table(
    "telemetry_commits",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("xid", TransactionId, nullable=False, server_default=func.pg_current_xact_id()),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("rows", Integer, nullable=False),
    Column("ts_min", DateTime(timezone=True), nullable=False),
    Column("ts_max", DateTime(timezone=True), nullable=False),
    Column("device_ids", ARRAY(Integer), nullable=False),
    Index(None, "xid"),
)
