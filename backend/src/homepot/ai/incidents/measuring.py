"""What the readings say of the metrics of incidents: the courses of `course.py`, filled in.

The transaction is the tenant's; what people see of readings, and no more, is read.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from homepot.ai.incidents import list_store
from homepot.ai.incidents.course import (
    Course,
    Seen,
    course_of,
    with_newest,
    with_readings,
    with_stillness,
)
from homepot.ai.incidents.list_store import Deviated
from homepot.core.database import Connection
from homepot.fleet.types.naming import names_of
from homepot.telemetry.reading import service as reading
from homepot.telemetry.reading.service import Kept

_DEVICES_MAX = 8
_METRICS_MAX = 8
_POINTS = 2_000
# How long a sensor may have stood still before it was told, and how much of before says how it
# usually moves.
_STILL_WITHIN = timedelta(hours=36)
_WEEK = timedelta(days=7)


async def courses(
    tx: Connection, kept: Kept, tenant_id: int, incident_row: int, now: datetime
) -> list[Course]:
    """Of its first devices and metrics, in the order in which they began to deviate."""
    rows = await list_store.deviated(tx, incident_row)
    metrics = {one["name"] for row in rows for one in row.metrics}
    names = await names_of(tx, [tenant_id], metrics)
    found: list[Course] = []
    by_device = sorted(rows, key=lambda row: row.device_id)
    for _, some in groupby(by_device, key=lambda row: row.device_id):
        mine = list(some)
        device = mine[0]
        begun = {
            name: course_of(
                (device.device_id, device.device_name),
                metric,
                names.called(tenant_id, device.device_type, name),
                ended_at,
            )
            for name, (metric, ended_at) in _each_once(mine).items()
        }
        found += begun.values()
    found.sort(key=lambda one: one.since)
    shown = list(dict.fromkeys(one.device_id for one in found))[:_DEVICES_MAX]
    filled: dict[tuple[str, str], Course] = {}
    for device_id in shown:
        of_device = [one for one in found if one.device_id == device_id][:_METRICS_MAX]
        row = next(one.device_row for one in rows if one.device_id == device_id)
        for one in await _filled(tx, kept, row, of_device, now):
            filled[one.device_id, one.metric] = one
    return [filled[key] for one in found if (key := (one.device_id, one.metric)) in filled]


def _each_once(
    rows: Sequence[Deviated],
) -> dict[str, tuple[Mapping[str, Any], datetime | None]]:
    """Each metric of a device as it was told first, and until when the last of it lasted."""
    found: dict[str, tuple[Mapping[str, Any], datetime | None]] = {}
    for row in sorted(rows, key=lambda one: one.started_at):
        for metric in row.metrics:
            first, ended = found.get(metric["name"], (metric, row.ended_at))
            if ended is not None:
                ended = max(ended, row.ended_at) if row.ended_at is not None else None
            found[metric["name"]] = (first, ended)
    return found


async def _filled(
    tx: Connection, kept: Kept, device_row: int, some: Sequence[Course], now: datetime
) -> list[Course]:
    """Of one device."""
    reported = set(await reading.metrics_of(tx, device_row))
    asked = [one for one in some if one.metric in reported]
    if not asked:
        return list(some)
    device_id, metrics = asked[0].device_id, [one.metric for one in asked]
    start = min(one.since for one in asked)
    ends = [one.ended_at for one in asked]
    end = max((one for one in ends if one is not None), default=now) if all(ends) else now
    seen = await _seen(tx, kept, device_id, metrics, (start, end + timedelta(microseconds=1)), now)
    newest = {one.device_id: one for one in await reading.latest(tx, metrics, [device_id])}
    latest = newest.get(device_id)
    found = []
    for one in some:
        filled = with_readings(one, seen.get(one.metric, ()))
        if latest is not None:
            filled = with_newest(filled, latest.values.get(one.metric), latest.at)
        if one.kind == "frozen" and one.metric in reported:
            filled = await _with_stillness(tx, kept, filled, now)
        found.append(filled)
    return found


async def _with_stillness(tx: Connection, kept: Kept, one: Course, now: datetime) -> Course:
    told = one.since + timedelta(microseconds=1)
    just_before = (told - _STILL_WITHIN, told)
    before = (told - _WEEK, told)
    hours = round(_WEEK / timedelta(hours=1))
    seen = await _seen(tx, kept, one.device_id, [one.metric], just_before, now)
    moved = await _seen(tx, kept, one.device_id, [one.metric], before, now, hours)
    return with_stillness(one, seen.get(one.metric, ()), moved.get(one.metric, ()))


async def _seen(
    tx: Connection,
    kept: Kept,
    device_id: str,
    metrics: Sequence[str],
    window: tuple[datetime, datetime],
    now: datetime,
    points: int = _POINTS,
) -> dict[str, list[Seen]]:
    chart = await reading.chart(tx, kept, device_id, metrics, window, points, now)
    return {
        metric: [
            Seen(datetime.fromtimestamp(one.at / 1e6, UTC), one.low, one.high) for one in series
        ]
        for metric, series in chart.series.items()
    }
