"""Every SQL statement that reads readings for people; all through the views of the tenant."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import TextClause, text

from homepot.core.database import Connection, in_binary
from homepot.telemetry.reading.logic import SPANS, Samples, Source, Window
from homepot.telemetry.reading.newest import Newest, newest_of

# NaN in a row, and a count of 0 in a rollup: the metric was not reported.
# Where each wanted metric stands in each set: found once, so a row costs one look into its array.
_PLACES = """
    with places as materialized (
        select s.id, m.metric, array_position(s.metrics, m.metric) as place
        from metric_sets as s, unnest(cast(:metrics as text[])) as m (metric)
        where s.metrics @> array[m.metric]
    )
"""
_READINGS = """
    select p.metric, (extract(epoch from r.ts) * 1000000)::bigint, r.values[p.place]
    from readings as r join places as p on p.id = r.metric_set_id
    where r.device_id = :device_id and r.ts >= :start and r.ts < :end
        and r.values[p.place] <> 'NaN'
"""
# Many buckets become one point here, where they lie: a month of them would be long under way.
_POINTS = """
    select metric,
        (extract(epoch from case newest when first then first else point end) * 1000000)::bigint,
        (extract(epoch from newest) * 1000000)::bigint, count, low, high, total, last
    from (
        select metric, date_bin(:width, bucket, :origin) as point,
            min(bucket) as first, max(bucket) as newest, sum(count) as count,
            min(low) as low, max(high) as high, sum(total) as total,
            (array_agg(last order by bucket desc))[1] as last
        from ({buckets}) as b
        group by 1, 2
    ) as each_point
"""
_ROLLED = """
    select p.metric, r.bucket, r.counts[p.place] as count, r.lows[p.place] as low,
        r.highs[p.place] as high, r.sums[p.place] as total, r.lasts[p.place] as last
    from {rollups} as r join places as p on p.id = r.metric_set_id
    where r.device_id = :device_id and r.bucket >= :start and r.bucket < :end
        and r.counts[p.place] > 0 and not r.bucket <@ cast(:late as tstzmultirange)
"""
# What the same buckets come to, made on the spot; each span by itself, so that it is looked up.
_LATE = """
    select made.* from unnest(cast(:firsts as timestamptz[]), cast(:ends as timestamptz[]))
        as late (first, beyond),
    lateral (
        select p.metric, date_bin(:span, r.ts, timestamptz '2000-01-01 00:00+00') as bucket,
            count(*) as count, min(r.values[p.place]) as low, max(r.values[p.place]) as high,
            sum(r.values[p.place]) as total,
            (array_agg(r.values[p.place] order by r.ts desc))[1] as last
        from readings as r join places as p on p.id = r.metric_set_id
        where r.device_id = :device_id and r.ts >= late.first and r.ts < late.beyond
            and r.values[p.place] <> 'NaN'
        group by 1, 2
    ) as made
"""
_BEHIND = text("select made_at, ts_min, ts_max from rollups_behind where device_id = :device_id")
_RAW = text(_PLACES + _READINGS)
_BY_SOURCE: dict[Source, TextClause] = {
    source: text(_PLACES + _POINTS.format(buckets=_ROLLED.format(rollups=source)))
    for source in SPANS
}
_MADE = text(_PLACES + _POINTS.format(buckets=_LATE))

_SETS = text(
    """
    select s.id, s.metrics from metric_sets as s
    where cast(:metrics as text[]) is null or s.metrics && cast(:metrics as text[])
    """
)
# Whole rows, and the names are put to the values outside: the database is no faster at that.
_LATEST = """
    select d.public_id, r.metric_set_id, r.ts, r.values, r.times
    from latest_readings as r join devices as d on d.id = r.device_id
    where r.metric_set_id = any(%(sets)s::int[])
        and (%(devices)s::text[] is null or d.public_id = any(%(devices)s::text[]))
    order by r.device_id, r.ts, r.written_at
"""


async def samples(
    tx: Connection, device_id: int, metrics: Sequence[str], start: datetime, end: datetime
) -> dict[str, Samples]:
    """By metric, the readings of the window; a metric without any is absent."""
    if start >= end:
        return {}
    given = {"device_id": device_id, "metrics": list(metrics), "start": start, "end": end}
    return _by_metric(await tx.execute(_RAW, given), _of_readings)


@dataclass(frozen=True)
class Behind:
    """When rollups were last made, if ever, and what was committed of a device that they may
    lack: the first and the last moment of each commit."""

    made_at: datetime | None
    commits: list[Window]


async def behind(tx: Connection, device_id: int) -> Behind:
    rows = (await tx.execute(_BEHIND, {"device_id": device_id})).all()
    return Behind(rows[0][0] if rows else None, [(row[1], row[2]) for row in rows if row[1]])


@dataclass(frozen=True)
class Grid:
    """Points of this width, counted from this moment."""

    origin: datetime
    width: timedelta


async def rolled(
    tx: Connection,
    source: Source,
    device_id: int,
    metrics: Sequence[str],
    window: Window,
    late: Sequence[Window],
    grid: Grid,
) -> dict[str, Samples]:
    """By metric, what the rollups of the window come to, without those that are late."""
    if window[0] >= window[1]:
        return {}
    spans = ",".join(f"[{first.isoformat()},{end.isoformat()})" for first, end in late)
    given = {
        "device_id": device_id,
        "metrics": list(metrics),
        "start": window[0],
        "end": window[1],
        "late": f"{{{spans}}}",
        "origin": grid.origin,
        "width": grid.width,
    }
    return _by_metric(await tx.execute(_BY_SOURCE[source], given), _of_rollups)


async def made(
    tx: Connection,
    source: Source,
    device_id: int,
    metrics: Sequence[str],
    late: Sequence[Window],
    grid: Grid,
) -> dict[str, Samples]:
    """What the rollups of these spans will come to, from the readings."""
    if not late:
        return {}
    given = {
        "device_id": device_id,
        "metrics": list(metrics),
        "firsts": [first for first, _ in late],
        "ends": [end for _, end in late],
        "span": SPANS[source],
        "origin": grid.origin,
        "width": grid.width,
    }
    return _by_metric(await tx.execute(_MADE, given), _of_rollups)


def _by_metric(rows: Iterable[Any], make: Callable[[Sequence[Any]], Samples]) -> dict[str, Samples]:
    by_metric: dict[str, list[Any]] = {}
    for metric, *values in rows:
        by_metric.setdefault(metric, []).append(values)
    return {metric: make(found) for metric, found in by_metric.items()}


def _of_readings(rows: Sequence[Any]) -> Samples:
    at_us = np.array([row[0] for row in rows], dtype=np.int64)
    values = np.array([row[1] for row in rows], dtype=np.float64)
    return Samples(at_us, at_us, np.ones_like(at_us), values, values, values, values)


def _of_rollups(rows: Sequence[Any]) -> Samples:
    columns = list(zip(*rows, strict=True))
    at_us, last_us, count = (np.array(column, dtype=np.int64) for column in columns[:3])
    low, high, total, last = (np.array(column, dtype=np.float64) for column in columns[3:])
    return Samples(at_us, last_us, count, low, high, total, last)


async def latest(
    tx: Connection, metrics: Sequence[str] | None, devices: Sequence[str] | None
) -> list[Newest]:
    """Of each device that ever sent one of these metrics, the newest values."""
    wanted = list(metrics) if metrics is not None else None
    found = await tx.execute(_SETS, {"metrics": wanted})
    sets = {row.id: row.metrics for row in found}
    given = {"sets": list(sets), "devices": list(devices) if devices is not None else None}
    rows = await in_binary(tx, _LATEST, given)
    return newest_of(rows, sets, set(wanted) if wanted is not None else None)


_KNOWN = text(
    """
    select distinct m.metric from latest_readings as r
    join metric_sets as s on s.id = r.metric_set_id,
        unnest(s.metrics, r.values) as m (metric, value)
    where r.device_id = :device_id and m.value <> 'NaN'
    order by 1
    """
)


async def metrics_of(tx: Connection, device_id: int) -> list[str]:
    """Every metric the device has ever reported."""
    return list((await tx.execute(_KNOWN, {"device_id": device_id})).scalars())
