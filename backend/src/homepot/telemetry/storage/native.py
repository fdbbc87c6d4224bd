"""Days of `device_metrics` as native partitions. One of the two stores behind the same seam."""

from collections.abc import Collection
from datetime import date

from psycopg import AsyncConnection
from psycopg.rows import scalar_row
from psycopg.sql import SQL, Identifier, Literal

from homepot.telemetry.storage.days import bounds, day_of_partition, partition_name

# One maker of days at a time, whoever it is: any fixed number will do.
_LOCK = 7_304_661_002


class NativeDays:
    """Makes days before rows of them come. Knows those it has seen, so asking costs nothing."""

    def __init__(self) -> None:
        self._known: set[date] = set()

    async def ensure(self, connection: AsyncConnection[object], days: Collection[date]) -> None:
        """Outside any transaction: a new day must be there for every writer at once.

        A table of its own is attached, because that waits for no running COPY.
        """
        if self._known.issuperset(days):
            return
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            self._known = set(await list_days(connection))
            for day in sorted(set(days) - self._known):
                await _attach(connection, day)
        self._known.update(days)

    def forget(self) -> None:
        """A day may have been dropped by somebody else: look again next time."""
        self._known.clear()


async def list_days(connection: AsyncConnection[object]) -> list[date]:
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'device_metrics'::regclass ORDER BY 1"
    )
    return [day_of_partition(name) async for name in cursor]


async def _attach(connection: AsyncConnection[object], day: date) -> None:
    name = Identifier(partition_name(day))
    first, last = bounds(day)
    await connection.execute(
        SQL("CREATE TABLE {} (LIKE device_metrics INCLUDING ALL)").format(name)
    )
    await connection.execute(
        SQL("ALTER TABLE device_metrics ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
            name, Literal(first), Literal(last)
        )
    )


async def drop_day(connection: AsyncConnection[object], day: date) -> None:
    await connection.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(partition_name(day))))
