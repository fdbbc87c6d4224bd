"""Every SQL statement that reads readings for people; all through the views of the tenant."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import TextClause, text

from homepot.core.database import Connection, in_binary
from homepot.telemetry.reading.logic import Samples, Source
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
_ROLLED = """
    select metric, (extract(epoch from case n when 1 then first else point end) * 1000000)::bigint,
        count, low, high, total, last
    from (
        select p.metric, date_bin(:width, r.bucket, :origin) as point, count(*) as n,
            min(r.bucket) as first, sum(r.counts[p.place]) as count,
            min(r.lows[p.place]) as low, max(r.highs[p.place]) as high,
            sum(r.sums[p.place]) as total,
            (array_agg(r.lasts[p.place] order by r.bucket desc))[1] as last
        from {rollups} as r join places as p on p.id = r.metric_set_id
        where r.device_id = :device_id and r.bucket >= :start and r.bucket < :end
            and r.counts[p.place] > 0
        group by 1, 2
    ) as each_point
"""
_RAW = text(_PLACES + _READINGS)
_BY_SOURCE: dict[Source, TextClause] = {
    "rollups_5m": text(_PLACES + _ROLLED.format(rollups="rollups_5m")),
    "rollups_1h": text(_PLACES + _ROLLED.format(rollups="rollups_1h")),
}

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


async def rolled(
    tx: Connection,
    source: Source,
    device_id: int,
    metrics: Sequence[str],
    window: tuple[datetime, datetime],
    origin: datetime,
    width: timedelta,
) -> dict[str, Samples]:
    """By metric, what the rollups of the window come to in spans of this width."""
    if window[0] >= window[1]:
        return {}
    given = {
        "device_id": device_id,
        "metrics": list(metrics),
        "start": window[0],
        "end": window[1],
        "origin": origin,
        "width": width,
    }
    return _by_metric(await tx.execute(_BY_SOURCE[source], given), _of_rollups)


def _by_metric(rows: Iterable[Any], make: Callable[[Sequence[Any]], Samples]) -> dict[str, Samples]:
    by_metric: dict[str, list[Any]] = {}
    for metric, *values in rows:
        by_metric.setdefault(metric, []).append(values)
    return {metric: make(found) for metric, found in by_metric.items()}


def _of_readings(rows: Sequence[Any]) -> Samples:
    at_us = np.array([row[0] for row in rows], dtype=np.int64)
    values = np.array([row[1] for row in rows], dtype=np.float64)
    return Samples(at_us, np.ones_like(at_us), values, values, values, values)


def _of_rollups(rows: Sequence[Any]) -> Samples:
    at_us, count, *floats = zip(*rows, strict=True)
    low, high, total, last = (np.array(column, dtype=np.float64) for column in floats)
    return Samples(
        np.array(at_us, dtype=np.int64), np.array(count, dtype=np.int64), low, high, total, last
    )


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
