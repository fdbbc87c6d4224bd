"""Parts of a table as native partitions. One of the two stores behind the seam `Parts`."""

from collections.abc import Collection
from datetime import date

from psycopg import AsyncConnection
from psycopg.rows import scalar_row
from psycopg.sql import SQL, Identifier, Literal

from homepot.telemetry.storage.days import Parted

# One maker of parts at a time, whoever it is: any fixed number will do.
_LOCK = 7_304_661_002
# Who waits for a lock makes others wait behind it: not longer than a reading may be late.
WAIT_MAX = "2s"


class NativeParts:
    """Makes parts before rows of them come. Knows those it has seen, so asking costs nothing."""

    def __init__(self, parted: Parted) -> None:
        self._parted = parted
        self._known: set[date] = set()

    async def ensure(self, connection: AsyncConnection[object], days: Collection[date]) -> None:
        """Outside any transaction: a new part must be there for every writer at once.

        A table of its own is attached, because that waits for no running COPY.
        """
        firsts = self._parted.firsts(days)
        if self._known.issuperset(firsts):
            return
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            self._known = set(await self.days(connection))
            for first in sorted(firsts - self._known):
                await _attach(connection, self._parted, first)
        self._known.update(firsts)

    def forget(self) -> None:
        self._known.clear()

    async def begin_merging(self, connection: AsyncConnection[object]) -> bool:  # noqa: ARG002
        return True

    async def days(self, connection: AsyncConnection[object]) -> list[date]:
        cursor = connection.cursor(row_factory=scalar_row)
        await cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass AND c.relispartition ORDER BY 1",
            [self._parted.table],
        )
        return [self._parted.first_of(name) async for name in cursor]

    async def hold(self, connection: AsyncConnection[object]) -> None:
        await hold(connection, self._parted.table)

    async def drop(self, connection: AsyncConnection[object], day: date) -> None:
        """Taking a part off needs the whole table for itself, for a moment."""
        await hold(connection, self._parted.table)
        part = self._parted.name(day)
        await connection.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(part)))
        self._known.discard(day)


async def hold(connection: AsyncConnection[object], table: str) -> None:
    # The lock of the table itself first, as writers take them: nobody waits in a circle.
    await connection.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT_MAX])
    await connection.execute(
        SQL("LOCK TABLE ONLY {} IN SHARE ROW EXCLUSIVE MODE").format(Identifier(table))
    )


async def _attach(connection: AsyncConnection[object], parted: Parted, first: date) -> None:
    part, whole = Identifier(parted.name(first)), Identifier(parted.table)
    begin, end = parted.bounds(first)
    await connection.execute(SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(part, whole))
    await connection.execute(
        SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
            whole, part, Literal(begin), Literal(end)
        )
    )
