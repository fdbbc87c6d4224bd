"""Where the parts of a table lie: one seam, native partitions and TimescaleDB behind it."""

from collections.abc import Collection
from datetime import date
from typing import Protocol

from psycopg import AsyncConnection
from psycopg.rows import scalar_row


class Parts(Protocol):
    """The parts of one table, each named by its first day (UTC).

    Every method takes a connection of the tables' owner.
    """

    async def ensure(self, connection: AsyncConnection[object], days: Collection[date]) -> None:
        """Rows of these days have a place. Outside any transaction; asking again costs nothing."""

    def forget(self) -> None:
        """A part may have been dropped by somebody else: look again next time."""

    async def begin_merging(self, connection: AsyncConnection[object]) -> bool:
        """Before stored rows are changed, within the open transaction.

        Whether those rows are to be locked one by one; if not, nobody else changes any meanwhile.
        """

    async def days(self, connection: AsyncConnection[object]) -> list[date]:
        """The first days of the parts that are there, the oldest first."""

    async def hold(self, connection: AsyncConnection[object]) -> None:
        """Nobody writes into the table until the open transaction ends; reading goes on.

        Waits for those who are writing. Raises LockNotAvailable where that takes too long: end
        the transaction and try again later.
        """

    async def drop(self, connection: AsyncConnection[object], day: date) -> None:
        """The whole part that begins on this day, within the open transaction; may be gone.

        Waits for those who read it, a short time, then raises LockNotAvailable like `hold`.
        """


async def is_hypertable(connection: AsyncConnection[object], table: str) -> bool:
    """Whether TimescaleDB keeps it: to PostgreSQL that is a plain table, not a partitioned one."""
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute("SELECT relkind FROM pg_class WHERE oid = %s::regclass", [table])
    return await cursor.fetchone() == "r"


async def make_parts(url: str, tables: Collection[Parts], days: Collection[date]) -> None:
    """The parts of these tables for these days, made by the owner of the tables."""
    if not days:
        return
    async with await AsyncConnection[object].connect(url, autocommit=True) as owner:
        for parts in tables:
            await parts.ensure(owner, days)


async def drop_parts(url: str, parts: Parts, before: date) -> None:
    """Those that begin before this day, each in a transaction of its own."""
    async with await AsyncConnection[object].connect(url, autocommit=True) as owner:
        for first in await parts.days(owner):
            if first < before:
                async with owner.transaction():
                    await parts.drop(owner, first)
