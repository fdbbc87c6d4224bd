"""Parts of a table as native partitions. One of the two stores behind the same seam."""

from collections.abc import Collection
from datetime import date

from psycopg import AsyncConnection
from psycopg.rows import scalar_row
from psycopg.sql import SQL, Identifier, Literal

from homepot.telemetry.storage.days import Parted

# One maker of parts at a time, whoever it is: any fixed number will do.
_LOCK = 7_304_661_002


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
            self._known = set(await list_parts(connection, self._parted))
            for first in sorted(firsts - self._known):
                await _attach(connection, self._parted, first)
        self._known.update(firsts)

    def forget(self) -> None:
        """A part may have been dropped by somebody else: look again next time."""
        self._known.clear()


async def make_parts(url: str, tables: Collection[Parted], days: Collection[date]) -> None:
    """The parts of these tables for these days, made by the owner of the tables."""
    if not days:
        return
    async with await AsyncConnection[object].connect(url, autocommit=True) as owner:
        for parted in tables:
            await NativeParts(parted).ensure(owner, days)


async def list_parts(connection: AsyncConnection[object], parted: Parted) -> list[date]:
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = %s::regclass ORDER BY 1",
        [parted.table],
    )
    return [parted.first_of(name) async for name in cursor]


async def _attach(connection: AsyncConnection[object], parted: Parted, first: date) -> None:
    part, whole = Identifier(parted.name(first)), Identifier(parted.table)
    begin, end = parted.bounds(first)
    await connection.execute(SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(part, whole))
    await connection.execute(
        SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
            whole, part, Literal(begin), Literal(end)
        )
    )
