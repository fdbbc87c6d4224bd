"""The SQL of a tenant's reports and pauses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection, in_binary, numbers
from homepot.telemetry.intake.batch import Ints
from homepot.telemetry.pauses.store import unpacked

_MADE = text("select made_at from pauses_behind limit 1")
_LATE = """
    select device_id, min(ts_min) from pauses_behind
    where ts_min is not null and device_id = any(cast(%(devices)s as int[])) group by 1
"""
_STANDINGS = """
    select device_id, first_at, known_at, last_at, usual_s, shortest_s from device_reports
    where device_id = any(cast(%(devices)s as int[]))
"""
_PAUSES = """
    select device_id, from_at, until_at, usual_s from device_pauses
    where until_at > %(start)s and from_at < %(end)s
        and device_id = any(cast(%(devices)s as int[]))
"""
_BETWEEN = """
    select array_send(array_agg(r.device_id)), array_send(array_agg(r.ts)) from readings as r
    where r.device_id = any(cast(%(devices)s as int[])) and r.ts >= %(first)s and r.ts <= %(last)s
"""
# As many as tell what was usual at the last of them.
_BEFORE = """
    select array_send(array_agg(d.id)), array_send(array_agg(b.ts))
    from unnest(cast(%(devices)s as int[]), cast(%(moments)s as timestamptz[])) as d (id, at),
        lateral (
            select r.ts from readings as r
            where r.device_id = d.id and r.ts < d.at and r.ts >= %(first)s
            order by r.ts desc limit %(steps)s
        ) as b
"""


async def made_at(tx: Connection) -> datetime | None:
    at: datetime | None = (await tx.execute(_MADE)).scalar_one_or_none()
    return at


async def late(tx: Connection, devices: Sequence[int]) -> dict[int, datetime]:
    """By device, the first moment of what pauses may lack."""
    return dict(await in_binary(tx, _LATE, {"devices": numbers(devices)}))


async def standings(tx: Connection, devices: Sequence[int]) -> list[tuple[Any, ...]]:
    return await in_binary(tx, _STANDINGS, {"devices": numbers(devices)})


async def pauses(
    tx: Connection, devices: Sequence[int], start: datetime, end: datetime
) -> list[tuple[Any, ...]]:
    """Device, report before, report after, what was usual: those that reach into the window."""
    given = {"devices": numbers(devices), "start": start, "end": end}
    return await in_binary(tx, _PAUSES, given)


async def between(
    tx: Connection, devices: Sequence[int], first: datetime, last: datetime
) -> tuple[Ints, Ints]:
    """Devices and the moments of their reports, in no order; both ends are meant."""
    given = {"devices": numbers(devices), "first": first, "last": last}
    return unpacked(*(await in_binary(tx, _BETWEEN, given))[0])


async def before(
    tx: Connection,
    devices: Sequence[int],
    moments: Sequence[datetime],
    first: datetime,
    steps: int,
) -> tuple[Ints, Ints]:
    """Of each device so many of its last reports before a moment of its own."""
    given = {
        "devices": numbers(devices), "moments": list(moments), "first": first, "steps": steps,
    }  # fmt: skip
    return unpacked(*(await in_binary(tx, _BEFORE, given))[0])
