"""Use case of pauses: keep up with what was committed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from homepot.core.database import Connection, Database
from homepot.telemetry.archive.service import YOUNGEST, Archive
from homepot.telemetry.intake.batch import EPOCH, Ints, moment
from homepot.telemetry.pauses import store
from homepot.telemetry.pauses.logic import (
    LOOKED_BACK,
    SEEN_OVER,
    STEPS_MISSED,
    Reported,
    gone_on,
    known_from,
    pauses,
    put_together,
    shortest_at,
    usual_at,
)
from homepot.telemetry.pauses.store import Standing
from homepot.telemetry.rollups import store as rollups
from homepot.telemetry.rollups.due import CLOSED_AFTER, EVER
from homepot.telemetry.rollups.logic import (
    DAY,
    DEVICES_MAX,
    FIVE_MINUTES,
    Committed,
    batched,
    bucket_of,
)

READER = "pauses"
_MICROSECOND = timedelta(microseconds=1)
_SECOND_US = 1_000_000


@dataclass(frozen=True)
class Touched:
    """Devices of which something came between two moments, both of them meant."""

    first: datetime
    last: datetime
    devices: Sequence[int]


def mark_of(at: datetime) -> datetime:
    """Up to when, at a look, everything was taken in."""
    return bucket_of(at - CLOSED_AFTER, FIVE_MINUTES)


def touched(commits: Iterable[Committed], mark: datetime) -> Iterator[Touched]:
    """What came in of one day is looked at together, the earliest first; of a long history fewer
    devices at once."""
    days: dict[datetime, list[Committed]] = {}
    for commit in commits:
        if commit.first < mark:
            days.setdefault(bucket_of(commit.first, DAY), []).append(commit)
    for _, several in sorted(days.items()):
        first = min(commit.first for commit in several)
        last = min(max(commit.last for commit in several), mark - _MICROSECOND)
        devices = sorted({number for commit in several for number in commit.device_ids})
        for some in batched(devices, max(1, DEVICES_MAX // ((last - first) // DAY + 1))):
            yield Touched(first, last, some)


async def catch_up(database: Database, now: datetime, archive: Archive) -> None:
    """A transaction for each piece, as the rollups have it: what is interrupted is read again."""
    mark = mark_of(now)
    async with database.system() as tx:
        low = await rollups.here(tx)
        before = await rollups.looked_before(tx, READER)
        new = await rollups.commits(tx, READER)
        has_moved = before is not None and mark_of(before) < mark
        seen = await rollups.seen(tx, READER, mark_of(before)) if before and has_moved else []
    if before is None and not await _begin(database, archive, mark):
        return
    for one in touched([*new, *seen], mark):
        async with database.system() as tx:
            if not await rollups.take_turn(tx, READER):
                return
            await _take_in(tx, archive, one, mark, now)
    async with database.system() as tx:
        await rollups.advance(tx, READER, low, now)


async def _begin(database: Database, archive: Archive, mark: datetime) -> bool:
    """All that is known already, day by day as the rollups have it. False where somebody else is
    at it."""
    async with database.system() as tx:
        if not await rollups.take_turn(tx, READER):
            return False
        await store.forget_all(tx)
        days = await rollups.buckets_of_hours(tx, DAY, EVER, mark)
    for day in days:
        async with database.system() as tx:
            devices = await rollups.reporting(tx, day, day + DAY)
        for some in batched(devices, DEVICES_MAX):
            async with database.system() as tx:
                if not await rollups.take_turn(tx, READER):
                    return False
                last = min(day + DAY, mark) - _MICROSECOND
                await _take_in(tx, archive, Touched(day, last, some), last + _MICROSECOND, mark)
    return True


async def _take_in(
    tx: Connection, archive: Archive, one: Touched, mark: datetime, now: datetime
) -> None:
    """Judge anew what these reports can have to do with: the step they lie in, and the steps of
    the days after, for which they tell what is usual."""
    last = one.last + SEEN_OVER
    first_us = (one.first - EPOCH) // _MICROSECOND
    found = gone_on(await _reported(tx, archive, one, last, mark, now), first_us)
    if not len(found):
        return
    earlier = await store.before(tx, one.devices, one.first)
    firsts, lasts = found.firsts, found.lasts
    since: list[datetime] = []
    made: list[tuple[int, datetime, datetime, float]] = []
    for device, at_us in zip(found.device[firsts], found.at_us[firsts], strict=True):
        begin = moment(int(at_us))
        if at_us >= first_us and (known := earlier.get(int(device))) is not None:
            at, usual_s = known
            if usual_s is not None and (begin - at).total_seconds() > STEPS_MISSED * usual_s:
                made.append((int(device), at, begin, usual_s))
            begin = at
        since.append(begin)
    # Of the reports just before, the last one's step alone is looked at anew.
    since = [
        max(at, moment(int(known_us)))
        for at, known_us in zip(since, _last_before(found, first_us), strict=True)
    ]
    floor = dict(zip(found.device[firsts].tolist(), since, strict=True))
    judged = pauses(found)
    for device, from_us, until_us, usual_us in zip(
        judged.device, judged.from_us, judged.until_us, judged.usual_us, strict=True
    ):
        from_at = moment(int(from_us))
        if floor[int(device)] <= from_at <= last:
            made.append((int(device), from_at, moment(int(until_us)), usual_us / _SECOND_US))
    devices = found.device[firsts].tolist()
    await store.replace(tx, devices, since, last, made)
    await store.save(tx, _standings(found, firsts, lasts))


def _last_before(found: Reported, first_us: int) -> Ints:
    """Of each device its last report before this moment; where there is none, ages ago."""
    is_before = found.at_us < first_us
    at_us = np.where(is_before, found.at_us, np.iinfo(np.int64).min // 4)
    latest: Ints = np.maximum.reduceat(at_us, found.firsts)
    return np.maximum(latest, -62_000_000_000_000_000)


def _standings(found: Reported, firsts: Ints, lasts: Ints) -> list[Standing]:
    usual, shortest = usual_at(found, lasts), shortest_at(found, lasts)
    devices, known_us = known_from(found)
    known = dict(zip(devices.tolist(), known_us.tolist(), strict=True))
    return [
        Standing(
            int(found.device[begin]),
            moment(int(found.at_us[begin])),
            moment(known[int(found.device[begin])]) if int(found.device[begin]) in known else None,
            moment(int(found.at_us[end])),
            None if np.isnan(usual[n]) else usual[n] / _SECOND_US,
            None if np.isnan(shortest[n]) else shortest[n] / _SECOND_US,
        )
        for n, (begin, end) in enumerate(zip(firsts, lasts, strict=True))
    ]


async def _reported(
    tx: Connection,
    archive: Archive,
    one: Touched,
    last: datetime,
    mark: datetime,
    now: datetime,
) -> Reported:
    """From the table; of devices of which something is archived, from both, up to the end."""
    device, at_us = await store.reported(tx, one.devices, one.first, last, mark)
    begin = one.first - LOOKED_BACK
    if begin >= now - YOUNGEST:
        return put_together(device, at_us)
    archived = await archive.with_stored(tx, one.devices, begin, mark)
    filed = [rows for of_tenant in archived.values() for rows in of_tenant.items()]
    return put_together(
        np.concatenate([device, *(np.full(len(rows), number) for number, rows in filed)]),
        np.concatenate([at_us, *(rows.at_us for _, rows in filed)]),
    )
