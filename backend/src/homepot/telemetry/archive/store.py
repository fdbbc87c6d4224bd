"""Every SQL statement on files of the archive that reads them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text

from homepot.core.database import Connection
from homepot.telemetry.archive import stored
from homepot.telemetry.archive.rows import Rows
from homepot.telemetry.archive.tables import archive_files

# Held shared by who reads, alone by who takes a day out of the database: any fixed number will do.
MOVING = 7_304_661_021


@dataclass(frozen=True)
class File:
    id: int
    tenant_id: int
    day: date
    path: str
    device_ids: list[int]
    row_count: int


_STAY = text("select pg_advisory_xact_lock_shared(:moving)")
_FILES = text(
    """
    select id, tenant_id, day, path, device_ids, row_count from archive_files
    where state = 'current' and day between cast(:start as date) and cast(:end as date)
        and ts_max >= :start and ts_min < :end and device_ids && cast(:devices as int[])
    order by day, id
    """
)
_NEXT = text(
    """
    select min(day) from archive_files
    where state = 'current' and day between cast(:start as date) and cast(:end as date)
        and ts_max >= :start and ts_min < :end and :device = any(device_ids)
    """
)


async def stay(tx: Connection) -> None:
    """No day is taken out of the database until this transaction ends: to be said before the
    readings of that time are looked at, there or here."""
    await tx.execute(_STAY, {"moving": MOVING})


async def files(
    tx: Connection, device_ids: Collection[int], start: datetime, end: datetime
) -> list[File]:
    given = {"devices": list(device_ids), "start": start, "end": end}
    return [File(*row) for row in await tx.execute(_FILES, given)]


async def next_day(tx: Connection, device_id: int, start: datetime, end: datetime) -> date | None:
    """The first day of the window of which a file holds readings of this device."""
    given = {"device": device_id, "start": start, "end": end}
    found: date | None = (await tx.execute(_NEXT, given)).scalar_one()
    return found


async def stored_rows(
    tx: Connection, device_ids: Sequence[int], start: datetime, end: datetime
) -> dict[int, Rows]:
    """What the table holds, as the open transaction sees it."""
    raw = await tx.get_raw_connection()
    connection: Any = raw.driver_connection
    return await stored.rows(connection, device_ids, start, end)


@dataclass(frozen=True)
class Recorded:
    """What is known of a file that counts."""

    path: str
    size_bytes: int
    sha256: str


async def recorded(tx: Connection) -> list[Recorded]:
    of = archive_files.c
    query = select(of.path, of.size_bytes, of.sha256).where(of.state == "current")
    return [Recorded(*row) for row in await tx.execute(query.order_by(of.day, of.id))]


@dataclass(frozen=True)
class Total:
    days: int
    files: int
    rows: int
    values: int
    size_bytes: int
    first: date | None
    last: date | None


_TOTAL = text(
    """
    select count(distinct day), count(*), coalesce(sum(row_count), 0)::bigint,
        coalesce(sum(value_count), 0)::bigint, coalesce(sum(size_bytes), 0)::bigint,
        min(day), max(day)
    from archive_files where state = 'current'
    """
)


async def total(tx: Connection) -> Total:
    return Total(*(await tx.execute(_TOTAL)).one())
