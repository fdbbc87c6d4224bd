"""Parts of a table as chunks of TimescaleDB. The other of the two stores behind `Parts`."""

from collections.abc import Collection
from datetime import date

from psycopg import AsyncConnection
from psycopg.rows import scalar_row

from homepot.telemetry.storage.days import Parted
from homepot.telemetry.storage.native import hold

_DAYS = (
    "SELECT (range_start AT TIME ZONE 'UTC')::date FROM timescaledb_information.chunks"
    " WHERE hypertable_schema = 'public' AND hypertable_name = %s ORDER BY 1"
)

# Any fixed number will do.
_MERGING = 7_304_661_032


class TimescaleParts:
    """A chunk is made by the first row that belongs into it."""

    def __init__(self, parted: Parted) -> None:
        self._parted = parted

    async def ensure(self, connection: AsyncConnection[object], days: Collection[date]) -> None:
        pass

    def forget(self) -> None:
        pass

    async def begin_merging(self, connection: AsyncConnection[object]) -> bool:
        """Rows of a compressed day cannot be locked one by one: one merges at a time."""
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_MERGING])
        return False

    async def days(self, connection: AsyncConnection[object]) -> list[date]:
        cursor = connection.cursor(row_factory=scalar_row)
        await cursor.execute(_DAYS, [self._parted.table])
        return await cursor.fetchall()

    async def hold(self, connection: AsyncConnection[object]) -> None:
        await hold(connection, self._parted.table)

    async def drop(self, connection: AsyncConnection[object], day: date) -> None:
        await hold(connection, self._parted.table)
        begin, end = self._parted.bounds(day)
        await connection.execute(
            "SELECT drop_chunks(%s, newer_than => %s::timestamptz, older_than => %s::timestamptz)",
            [self._parted.table, begin, end],
        )
