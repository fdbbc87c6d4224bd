"""When messages that say no time came, by the number the broker gave them."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table

from homepot.core.tables import metadata

mqtt_receipts = Table(
    "mqtt_receipts",
    metadata,
    Column("packet", Integer, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)
