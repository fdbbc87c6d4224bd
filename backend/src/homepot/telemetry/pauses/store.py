"""Every SQL statement on reports and pauses that background work makes; as the system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import delete, text

from homepot.core.database import Connection, in_binary, numbers
from homepot.telemetry.intake.batch import Ints
from homepot.telemetry.pauses.logic import LOOKED_BACK, STEPS_SEEN
from homepot.telemetry.pauses.tables import device_pauses, device_reports

# array_send: dimensions, has null, element type, then length and lower bound; then each element
_HEAD_BYTES = 20
_INTS = np.dtype([("length", ">i4"), ("value", ">i4")])
_TIMES = np.dtype([("length", ">i4"), ("value", ">i8")])
# PostgreSQL counts from the year 2000.
_EPOCH_US = 946_684_800_000_000

# The reports between two moments, those just before that tell what was usual, and the one after.
_REPORTED = """
    select array_send(array_agg(device_id)), array_send(array_agg(ts)) from (
        select device_id, ts from device_metrics
        where device_id = any(cast(%(devices)s as int[])) and ts >= %(first)s and ts <= %(last)s
            and ts < %(mark)s
        union all
        select d.id, b.ts from unnest(cast(%(devices)s as int[])) as d (id), lateral (
            select ts from device_metrics where device_id = d.id and ts < %(first)s
                and ts >= %(seen_from)s
            order by ts desc limit %(steps)s
        ) as b
        union all
        select d.id, b.ts from unnest(cast(%(devices)s as int[])) as d (id), lateral (
            select ts from device_metrics where device_id = d.id and ts > %(last)s
                and ts < %(mark)s
            order by ts limit 1
        ) as b
    ) as r
"""
# Where nothing of the days before is there, the report before is known all the same: the last one,
# or the one that a pause began with.
_BEFORE = """
    select device_id, last_at as at, usual_s from device_reports
    where device_id = any(cast(%(devices)s as int[])) and last_at < %(first)s
    union all
    select device_id, from_at, usual_s from device_pauses
    where device_id = any(cast(%(devices)s as int[])) and from_at < %(first)s
        and until_at >= %(first)s
"""
_FORGET_ALL = (delete(device_pauses), delete(device_reports))
_FORGET = text(
    """
    delete from device_pauses as p
    using unnest(cast(:devices as int[]), cast(:since as timestamptz[])) as s (device_id, at)
    where p.device_id = s.device_id and p.from_at >= s.at and p.from_at <= :last
    """
)
_ADD = text(
    """
    insert into device_pauses (tenant_id, device_id, from_at, until_at, usual_s)
    select d.tenant_id, d.id, p.from_at, p.until_at, p.usual_s
    from unnest(cast(:devices as int[]), cast(:from_at as timestamptz[]),
            cast(:until_at as timestamptz[]), cast(:usual_s as float8[]))
        as p (device_id, from_at, until_at, usual_s)
        join devices as d on d.id = p.device_id
    """
)
_SAVE = text(
    """
    insert into device_reports as r
        (tenant_id, device_id, first_at, known_at, last_at, usual_s, shortest_s)
    select d.tenant_id, d.id, s.first_at, s.known_at, s.last_at, s.usual_s, s.shortest_s
    from unnest(cast(:devices as int[]), cast(:first_at as timestamptz[]),
            cast(:known_at as timestamptz[]), cast(:last_at as timestamptz[]),
            cast(:usual_s as float8[]), cast(:shortest_s as float8[]))
        as s (device_id, first_at, known_at, last_at, usual_s, shortest_s)
        join devices as d on d.id = s.device_id
    on conflict (device_id) do update set
        first_at = least(r.first_at, excluded.first_at),
        known_at = least(r.known_at, excluded.known_at),
        last_at = greatest(r.last_at, excluded.last_at),
        usual_s = case when excluded.last_at < r.last_at then r.usual_s else excluded.usual_s end,
        shortest_s =
            case when excluded.last_at < r.last_at then r.shortest_s else excluded.shortest_s end
    """
)


@dataclass(frozen=True)
class Standing:
    """What is known of one device at its last report."""

    device: int
    first_at: datetime
    known_at: datetime | None
    last_at: datetime
    usual_s: float | None
    shortest_s: float | None


async def reported(
    tx: Connection, devices: Sequence[int], first: datetime, last: datetime, mark: datetime
) -> tuple[Ints, Ints]:
    """Devices and moments, in no order."""
    given = {
        "devices": numbers(devices),
        "first": first,
        "last": last,
        "mark": mark,
        "seen_from": first - LOOKED_BACK,
        "steps": STEPS_SEEN + 1,
    }
    return unpacked(*(await in_binary(tx, _REPORTED, given))[0])


def unpacked(devices: bytes | None, moments: bytes | None) -> tuple[Ints, Ints]:
    if devices is None or moments is None:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    at_us = np.frombuffer(moments, _TIMES, offset=_HEAD_BYTES)["value"].astype(np.int64)
    device = np.frombuffer(devices, _INTS, offset=_HEAD_BYTES)["value"].astype(np.int64)
    return device, at_us + _EPOCH_US


async def before(
    tx: Connection, devices: Sequence[int], first: datetime
) -> dict[int, tuple[datetime, float | None]]:
    """The report before, of those of which it is known, and what was usual then."""
    given = {"devices": numbers(devices), "first": first}
    return {device: (at, usual_s) for device, at, usual_s in await in_binary(tx, _BEFORE, given)}


async def forget_all(tx: Connection) -> None:
    for statement in _FORGET_ALL:
        await tx.execute(statement)


async def replace(
    tx: Connection,
    devices: Sequence[int],
    since: Sequence[datetime],
    last: datetime,
    found: Sequence[tuple[int, datetime, datetime, float]],
) -> None:
    """Pauses that begin between these moments, of each device from one of its own on."""
    given: dict[str, Any] = {"devices": numbers(devices), "since": list(since), "last": last}
    await tx.execute(_FORGET, given)
    if found:
        device, from_at, until_at, usual_s = map(list, zip(*found, strict=True))
        given = {"from_at": from_at, "until_at": until_at, "usual_s": usual_s}
        await tx.execute(_ADD, {"devices": numbers(device), **given})


async def save(tx: Connection, standings: Sequence[Standing]) -> None:
    if standings:
        given = {
            "devices": [one.device for one in standings],
            "first_at": [one.first_at for one in standings],
            "known_at": [one.known_at for one in standings],
            "last_at": [one.last_at for one in standings],
            "usual_s": [one.usual_s for one in standings],
            "shortest_s": [one.shortest_s for one in standings],
        }
        await tx.execute(_SAVE, given)
