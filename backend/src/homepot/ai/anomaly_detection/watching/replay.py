"""Detection once more over what is stored, as if it were happening: nothing is written, and nobody
is told.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from homepot.ai.anomaly_detection.engine import Deviation, Stage
from homepot.ai.anomaly_detection.watching import store
from homepot.ai.anomaly_detection.watching.anomaly import moment
from homepot.ai.anomaly_detection.watching.dating import dated
from homepot.ai.anomaly_detection.watching.fleet import expected_at, learn_sets, load_fleet
from homepot.ai.anomaly_detection.watching.found import Found, Muted
from homepot.ai.anomaly_detection.watching.mind import Mind, new_to
from homepot.ai.anomaly_detection.watching.steps import Step
from homepot.ai.anomaly_detection.watching.watch import HISTORY
from homepot.core.database import Database
from homepot.telemetry.following import service as following
from homepot.telemetry.following.service import Row, Window

STEP = timedelta(minutes=1)
# Told how far it has come.
Advance = Callable[[datetime], None]


@dataclass
class Replayed:
    """A deviation from its beginning to its end, as far as the replay went."""

    row: int  # of the device
    deviation: Deviation
    muted: Muted | None
    ended_at: datetime | None = None


async def replay(
    database: Database, tenant_id: int, start: datetime, end: datetime, advance: Advance
) -> list[Replayed]:
    """What would have been found between two moments. What is stored of the days before is learnt
    from first, as at a start.
    """
    fleet, sites = await load_fleet(database)
    own = {row: one for row, one in fleet.devices.items() if one.tenant_id == tenant_id}
    mind = Mind(replace(fleet, devices=own))
    async for rows in _rows(database, mind, start - HISTORY, start):
        step = Step(start.timestamp(), new_to(mind, rows), mute=True)
        await asyncio.to_thread(mind.apply, step)
    found: dict[int, Replayed] = {}
    waiting: list[Row] = []
    now = start
    async for rows in _rows(database, mind, start, end):
        waiting += rows
        last = rows[-1][1] if rows else now.timestamp()
        while (now + STEP).timestamp() <= last:
            now += STEP
            waiting = await _advance(database, mind, found, waiting, now, expected_at(sites, now))
        advance(now)
    while now < end:
        now += STEP
        waiting = await _advance(database, mind, found, waiting, now, expected_at(sites, now))
    advance(end)
    return [one for one in found.values() if one.deviation.detected_at >= start.timestamp()]


async def stored_until(database: Database, tenant_id: int, start: datetime) -> datetime | None:
    """Just after the last that is stored of a tenant's devices. Beyond it nobody knows who is
    silent."""
    async with database.system() as tx:
        rows = [one.row for one in await store.devices(tx) if one.tenant_id == tenant_id]
        last = await following.last(tx, rows, start)
    return last + timedelta(microseconds=1) if last else None


async def _advance(
    database: Database,
    mind: Mind,
    found: dict[int, Replayed],
    waiting: list[Row],
    now: datetime,
    expected: dict[str, list[int]],
) -> list[Row]:
    """One minute; what is not of it waits on."""
    end = now.timestamp()
    due = [row for row in waiting if row[1] < end]
    rows = new_to(mind, due)
    step = Step(
        end,
        rows,
        in_maintenance=expected["in_maintenance"],
        closed=expected["closed"],
        silences_since=0.0,
    )
    told = await asyncio.to_thread(mind.apply, step)
    for one in told:
        _keep(found, await _dated(database, mind, found, one))
    return waiting[len(due) :]


async def _dated(
    database: Database, mind: Mind, found: Mapping[int, Replayed], one: Found
) -> Found:
    if one.deviation.stage is Stage.OVER or one.deviation.number in found:
        return one
    async with database.system() as tx:
        known = await dated(tx, mind, one.row, one.deviation)
    return replace(one, deviation=known.deviation)


def _keep(found: dict[int, Replayed], one: Found) -> None:
    number = one.deviation.number
    known = found.get(number)
    if one.deviation.stage is Stage.OVER:
        if known is not None:
            known.ended_at = moment(one.deviation.end or one.deviation.detected_at)
    elif known is None:
        found[number] = Replayed(one.row, one.deviation, one.muted)
    else:
        known.muted, known.ended_at = one.muted, None
        if one.deviation.metrics:
            severity = one.deviation.severity
            known.deviation = replace(known.deviation, severity=severity)


async def _rows(
    database: Database, mind: Mind, start: datetime, end: datetime
) -> AsyncIterator[Sequence[Row]]:
    """All that is stored of the fleet, by time; some of it may come twice."""
    last = end - timedelta(microseconds=1)
    windows = following.within(sorted(mind.fleet.devices), start, last)
    for together in _by_time(windows):
        rows: list[Row] = []
        for window in together:
            left: Window | None = window
            while left is not None:
                async with database.system() as tx:
                    some, left = await following.read(tx, left)
                    some = [row for row in some if row[0] in mind.fleet.devices]
                    await learn_sets(tx, mind, some)
                rows += some
        yield sorted(rows, key=lambda row: (row[1], row[0]))


def _by_time(windows: Sequence[Window]) -> list[list[Window]]:
    """The windows of one time are of different devices: they are read together."""
    found: dict[datetime, list[Window]] = {}
    for window in windows:
        found.setdefault(window.first, []).append(window)
    return [found[first] for first in sorted(found)]
