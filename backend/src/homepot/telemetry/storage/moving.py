"""The move of `device_metrics` from one store to the other: day by day, verified, resumable.

The new table grows beside the old one, which stays whole and in use until the last day has been
verified; then one transaction puts the new one in its place. What is broken off before goes on
where it was: a day that is the same in both tables is not copied again.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import psycopg
from psycopg.rows import TupleRow, tuple_row
from psycopg.sql import SQL, Identifier

from homepot.core.errors import Conflict, HomepotError
from homepot.telemetry.storage import places
from homepot.telemetry.storage.days import READINGS, Parted
from homepot.telemetry.storage.parts import Parts

Owner = psycopg.AsyncConnection[TupleRow]
Advance = Callable[[date, int, int], None]

BESIDE = Parted("device_metrics_moving", "day")
_APPLICATION = "homepot-move"
_OPTIONS = (
    f"-c timezone=UTC -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
    f" -c lock_timeout=10s -c client_min_messages=warning -c application_name={_APPLICATION}"
)
# One move at a time: any fixed number will do.
_MOVING = 7_304_661_031
_OTHERS = """
    SELECT DISTINCT application_name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'homepot%%'
        AND application_name <> %s ORDER BY 1
"""
_FINGERPRINT = """
    SELECT count(*), coalesce(sum(cardinality(one.values)), 0),
        coalesce(sum(hash_record_extended(one, 0)::numeric), 0)
    FROM (SELECT * FROM {table} WHERE ts >= {begin} AND ts < {end}) AS one
"""
_COPY = """
    INSERT INTO {beside}
    SELECT * FROM {table} WHERE ts >= {begin} AND ts < {end} ORDER BY device_id, ts
"""


class Store(Protocol):
    """One of the two ways to keep the table."""

    async def keeps(self, connection: Owner, table: str) -> bool:
        """Whether this table is kept so."""

    async def make(self, connection: Owner, table: str) -> None:
        """This table, which is empty, is to be kept so from now on."""

    def parts(self, parted: Parted) -> Parts: ...

    async def settle(self, connection: Owner, parted: Parted, day: date) -> None:
        """All rows of a day are there now."""

    async def finish(self, connection: Owner, parted: Parted) -> None:
        """The table has just been given its name."""


class Running(Conflict):
    """HOMEPOT is running: stop it first."""


class NotTheSame(HomepotError):
    """What was copied is not what was there."""


@dataclass(frozen=True)
class Moved:
    days: int
    copied: int
    """Fewer where an earlier move was broken off."""
    rows: int


async def move(url: str, origin: Store, target: Store, advance: Advance) -> Moved | None:
    """None where the readings are there already. Raises Running, NotTheSame."""
    async with _connected(url) as gate, _connected(url) as worker:
        await _alone(gate)
        if await target.keeps(gate, READINGS.table):
            await worker.execute(_drop(BESIDE.table))
            return None
        async with gate.transaction():
            # Until the end nobody writes; reading goes on.
            await gate.execute("LOCK TABLE device_metrics IN SHARE MODE")
            await _prepare(worker, target)
            moved = await _copy(worker, origin, target, advance)
            await places.exchange(gate, READINGS.table, BESIDE.table)
            await target.finish(gate, READINGS)
        await worker.execute("ANALYZE device_metrics")
        return moved


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Owner]:
    connection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=5, options=_OPTIONS, row_factory=tuple_row
    )
    async with connection:
        yield connection


async def _alone(gate: Owner) -> None:
    cursor = await gate.execute(_OTHERS, [_APPLICATION])
    if others := [name async for (name,) in cursor]:
        raise Running(
            f"HOMEPOT is using the database ({', '.join(others)}): stop HOMEPOT first, then type"
            " the command again. Nothing was changed."
        )
    cursor = await gate.execute("SELECT pg_try_advisory_lock(%s)", [_MOVING])
    if await cursor.fetchone() != (True,):
        raise Running("The readings are being moved already, by another command.")


async def _prepare(worker: Owner, target: Store) -> None:
    """The new table is there, empty or with what an earlier move copied."""
    alike = await places.are_alike(worker, READINGS.table, BESIDE.table)
    if alike and await target.keeps(worker, BESIDE.table):
        return
    async with worker.transaction():
        await worker.execute(_drop(BESIDE.table))
        await target.make(worker, BESIDE.table)


async def _copy(worker: Owner, origin: Store, target: Store, advance: Advance) -> Moved:
    parts = target.parts(BESIDE)
    days = await origin.parts(READINGS).days(worker)
    for stale in set(await parts.days(worker)).difference(days):
        async with worker.transaction():
            await parts.drop(worker, stale)
    copied = rows = 0
    for number, day in enumerate(days):
        advance(day, number, len(days))
        wanted = await _fingerprint(worker, READINGS, day)
        if await _fingerprint(worker, BESIDE, day) != wanted:
            await _copy_day(worker, target, day, wanted)
            copied += 1
        else:
            await parts.ensure(worker, [day])
        rows += wanted.rows
    return Moved(len(days), copied, rows)


@dataclass(frozen=True)
class _Fingerprint:
    rows: int
    values: int
    sum: int


async def _fingerprint(worker: Owner, parted: Parted, day: date) -> _Fingerprint:
    """How many rows and values, and the sum of what every row is reduced to, bit for bit."""
    cursor = await worker.execute(_of_day(_FINGERPRINT, parted, day))
    row = await cursor.fetchone()
    assert row is not None
    return _Fingerprint(*map(int, row))


async def _copy_day(worker: Owner, target: Store, day: date, wanted: _Fingerprint) -> None:
    parts = target.parts(BESIDE)
    async with worker.transaction():
        await parts.drop(worker, day)
        parts.forget()
        await parts.ensure(worker, [day])
        await worker.execute(_of_day(_COPY, READINGS, day))
        await target.settle(worker, BESIDE, day)
        found = await _fingerprint(worker, BESIDE, day)
        if found != wanted:
            raise NotTheSame(
                f"The copy of {day} is not what was there: {found.rows} rows and {found.values}"
                f" values (sum {found.sum}) instead of {wanted.rows} and {wanted.values} (sum"
                f" {wanted.sum}). The readings stay where they are, whole."
            )


def _of_day(query: str, parted: Parted, day: date) -> psycopg.sql.Composed:
    begin, end = parted.bounds(day)
    return SQL(query).format(
        table=Identifier(parted.table),
        beside=Identifier(BESIDE.table),
        begin=psycopg.sql.Literal(begin),
        end=psycopg.sql.Literal(end),
    )


def _drop(table: str) -> psycopg.sql.Composed:
    return SQL("DROP TABLE IF EXISTS {}").format(Identifier(table))
