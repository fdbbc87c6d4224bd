"""Every SQL statement that takes a day out of the database; on a connection of its owner."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg
from psycopg.errors import LockNotAvailable
from psycopg.rows import TupleRow, tuple_row

from homepot.telemetry.archive.files import Contents
from homepot.telemetry.archive.layout import span_of
from homepot.telemetry.archive.store import MOVING, File
from homepot.telemetry.intake.batch import moment
from homepot.telemetry.storage.parts import Parts

Owner = psycopg.AsyncConnection[TupleRow]

# One archiver at a time in the whole installation: any fixed number will do.
_ARCHIVER = 7_304_661_022
_WAIT_MAX = "2s"
_TURN_MAX = "60s"
_OPTIONS = "-c timezone=UTC -c application_name=homepot-archive"
_TAKE_ON_SYSTEM = "SELECT set_config('role', 'homepot_system', true)"
_BE_OWNER = "SELECT set_config('role', 'none', true)"


class Busy(Exception):
    """The day cannot be taken out just now: somebody writes to it, or reads for long."""


@asynccontextmanager
async def owner(url: str) -> AsyncIterator[Owner]:
    connection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=5, options=_OPTIONS, row_factory=tuple_row
    )
    async with connection:
        yield connection


async def take_turn(connection: Owner) -> bool:
    """Whether nobody else archives; until the connection is closed, or its process is gone."""
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", [_ARCHIVER])
    row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def await_turn(connection: Owner) -> None:
    """The same, where it may take a while until nobody else archives. Busy after that."""
    await connection.execute("SELECT set_config('lock_timeout', %s, false)", [_TURN_MAX])
    try:
        await connection.execute("SELECT pg_advisory_lock(%s)", [_ARCHIVER])
    except LockNotAvailable:
        raise Busy("somebody else archives") from None


@asynccontextmanager
async def as_system(connection: Owner, *, snapshot: bool = False) -> AsyncIterator[None]:
    """One transaction that sees every tenant; all of it one moment, where so wished."""
    async with connection.transaction():
        if snapshot:
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        await connection.execute(_TAKE_ON_SYSTEM)
        yield


# -- what is to be moved ----------------------------------------------------------------------

_WAITS = """
    SELECT max(at), bool_or(xid >= (SELECT min(low) FROM telemetry_readers))
    FROM telemetry_commits WHERE ts_max >= %(start)s AND ts_min < %(end)s
"""
_HERE = "SELECT pg_current_snapshot()::text"
_SIZES = """
    SELECT d.tenant_id, m.device_id, d.public_id, m.metric_set_id, count(*)
    FROM device_metrics m LEFT JOIN devices d ON d.id = m.device_id
    WHERE m.ts >= %(start)s AND m.ts < %(end)s
    GROUP BY 1, 2, 3, 4
"""
_NAMES = "SELECT id, public_id FROM devices WHERE id = ANY(%s)"
_CURRENT = """
    SELECT id, tenant_id, day, path, device_ids, row_count FROM archive_files
    WHERE day = %s AND state = 'current' ORDER BY id
"""


@dataclass(frozen=True)
class Held:
    """What the database holds of a device in a metric set on a day."""

    tenant_id: int | None
    device_id: int
    public_id: str | None
    metric_set: int
    rows: int


@dataclass(frozen=True)
class Wait:
    """Why a day is not to be archived yet, and until when, where only time is needed."""

    reason: str
    until: datetime | None = None


async def why_wait(connection: Owner, day: date, now: datetime, quiet: timedelta) -> Wait | None:
    """Why this day is not to be archived yet; nothing where it is.

    Who reads what was committed reads it in the database, so all of them have to have read it.
    """
    start, end = span_of(day)
    async with as_system(connection):
        row = await (await connection.execute(_WAITS, {"start": start, "end": end})).fetchone()
    came_at, is_unread = row or (None, False)
    if came_at is not None and came_at > now - quiet:
        return Wait("readings of that day still come", came_at + quiet)
    if is_unread:
        return Wait("its readings are not summed up yet, which HOMEPOT does while it runs")
    return None


async def here(connection: Owner) -> str:
    """What the open transaction sees, to be compared with later."""
    row = await (await connection.execute(_HERE)).fetchone()
    assert row is not None
    return str(row[0])


async def held(connection: Owner, day: date) -> list[Held]:
    start, end = span_of(day)
    cursor = await connection.execute(_SIZES, {"start": start, "end": end})
    return [Held(*row) async for row in cursor]


async def names(connection: Owner, devices: Collection[int]) -> dict[int, str]:
    cursor = await connection.execute(_NAMES, [list(devices)])
    return {number: name async for number, name in cursor}


async def current(connection: Owner, day: date) -> list[File]:
    cursor = await connection.execute(_CURRENT, [day])
    return [File(*row) async for row in cursor]


# -- files ------------------------------------------------------------------------------------

_BEGIN = """
    INSERT INTO archive_files (tenant_id, day, path, state, device_ids, ts_min, ts_max,
        row_count, value_count, size_bytes, sha256)
    VALUES (%s, %s, %s, 'writing', %s, %s, %s, %s, %s, 0, '')
    RETURNING id
"""
_END = "UPDATE archive_files SET size_bytes = %s, sha256 = %s WHERE id = %s"
_SWAP = """
    UPDATE archive_files SET changed_at = now(),
        state = CASE WHEN id = ANY(%(new)s) THEN 'current' ELSE 'replaced' END
    WHERE id = ANY(%(new)s) OR id = ANY(%(old)s)
"""
_LEFT_OVER = """
    SELECT id, path FROM archive_files
    WHERE state = 'writing' OR (state = 'replaced' AND changed_at < %s)
"""
_FORGET = "DELETE FROM archive_files WHERE id = ANY(%s) AND state <> 'current'"


async def begin_file(connection: Owner, day: date, path: str, contents: Contents) -> int:
    """Noted before it is there: whatever becomes of it, it is known whose it is."""
    first, last = (moment(at_us) for at_us in contents.span_us)
    given = [contents.tenant_id, day, path, sorted(contents.devices), first, last]
    async with as_system(connection):
        cursor = await connection.execute(_BEGIN, [*given, contents.rows, contents.values])
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def end_file(connection: Owner, number: int, size_bytes: int, sha256: str) -> None:
    async with as_system(connection):
        await connection.execute(_END, [size_bytes, sha256, number])


async def left_over(connection: Owner, before: datetime) -> list[tuple[int, str]]:
    """Files that never became current, and those that were replaced before this."""
    async with as_system(connection):
        cursor = await connection.execute(_LEFT_OVER, [before])
        return [(number, path) async for number, path in cursor]


async def forget(connection: Owner, numbers: Collection[int]) -> None:
    async with as_system(connection):
        await connection.execute(_FORGET, [list(numbers)])


_OF_DEVICES = """
    SELECT id, tenant_id, day, path, device_ids, row_count FROM archive_files
    WHERE state = 'current' AND device_ids && %s::int[] ORDER BY id
"""
_REPLACED_OF = """
    SELECT id, path FROM archive_files WHERE state <> 'current' AND device_ids && %s::int[]
"""


async def files_of(connection: Owner, devices: Collection[int]) -> list[File]:
    """Those that hold readings of any of these devices."""
    async with as_system(connection):
        cursor = await connection.execute(_OF_DEVICES, [list(devices)])
        return [File(*row) async for row in cursor]


async def replaced_of(connection: Owner, devices: Collection[int]) -> list[tuple[int, str]]:
    """Of the same those that do not count any more, or not yet; asked in one's turn."""
    async with as_system(connection):
        cursor = await connection.execute(_REPLACED_OF, [list(devices)])
        return [(number, path) async for number, path in cursor]


async def swap(connection: Owner, new: Collection[int], old: Collection[int]) -> None:
    """These become current and those are replaced, at a moment at which nobody reads."""
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('lock_timeout', %s, true)", [_TURN_MAX])
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [MOVING])
            await connection.execute(_TAKE_ON_SYSTEM)
            await connection.execute(_SWAP, {"new": list(new), "old": list(old)})
    except LockNotAvailable:
        raise Busy("somebody reads for long") from None


# -- the move ---------------------------------------------------------------------------------

_TOUCHED = """
    SELECT EXISTS (
        SELECT FROM telemetry_commits
        WHERE ts_max >= %(start)s AND ts_min < %(end)s
            AND NOT pg_visible_in_snapshot(xid, %(seen)s::pg_snapshot)
    )
"""


async def move(
    connection: Owner,
    parts: Parts,
    day: date,
    seen: str,
    new: Collection[int],
    old: Collection[int],
) -> None:
    """These files become current, those are replaced, and the day is dropped: all or nothing.

    Busy where something of the day was stored after what was `seen`.
    """
    start, end = span_of(day)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('lock_timeout', %s, true)", [_WAIT_MAX])
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [MOVING])
            await parts.hold(connection)
            await connection.execute(_TAKE_ON_SYSTEM)
            given = {"start": start, "end": end, "seen": seen}
            row = await (await connection.execute(_TOUCHED, given)).fetchone()
            if row is None or row[0]:
                raise Busy("readings of that day came meanwhile")
            await connection.execute(_SWAP, {"new": list(new), "old": list(old)})
            await connection.execute(_BE_OWNER)
            await parts.drop(connection, day)
    except LockNotAvailable:
        raise Busy("somebody reads for long") from None
