"""Every SQL statement that reads readings for people; all through the views of the tenant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import TextClause, text

from homepot.core.database import Connection
from homepot.telemetry.reading.logic import Samples, Source

# NaN in a row, and a count of 0 in a rollup: the metric was not reported.
# Where each wanted metric stands in each set: found once, so a row costs one look into its array.
_RAW = text(
    """
    with places as materialized (
        select s.id, m.metric, array_position(s.metrics, m.metric) as place
        from metric_sets as s, unnest(cast(:metrics as text[])) as m (metric)
        where s.metrics @> array[m.metric]
    )
    select p.metric, (extract(epoch from r.ts) * 1000000)::bigint, r.values[p.place]
    from readings as r join places as p on p.id = r.metric_set_id
    where r.device_id = :device_id and r.ts >= :start and r.ts < :end
        and r.values[p.place] <> 'NaN'
    """
)
_5M = text(
    """
    with places as materialized (
        select s.id, m.metric, array_position(s.metrics, m.metric) as place
        from metric_sets as s, unnest(cast(:metrics as text[])) as m (metric)
        where s.metrics @> array[m.metric]
    )
    select p.metric, (extract(epoch from r.bucket) * 1000000)::bigint, r.counts[p.place],
        r.lows[p.place], r.highs[p.place], r.sums[p.place], r.lasts[p.place]
    from rollups_5m as r join places as p on p.id = r.metric_set_id
    where r.device_id = :device_id and r.bucket >= :start and r.bucket < :end
        and r.counts[p.place] > 0
    """
)
_1H = text(
    """
    with places as materialized (
        select s.id, m.metric, array_position(s.metrics, m.metric) as place
        from metric_sets as s, unnest(cast(:metrics as text[])) as m (metric)
        where s.metrics @> array[m.metric]
    )
    select p.metric, (extract(epoch from r.bucket) * 1000000)::bigint, r.counts[p.place],
        r.lows[p.place], r.highs[p.place], r.sums[p.place], r.lasts[p.place]
    from rollups_1h as r join places as p on p.id = r.metric_set_id
    where r.device_id = :device_id and r.bucket >= :start and r.bucket < :end
        and r.counts[p.place] > 0
    """
)
_BY_SOURCE: dict[Source, TextClause] = {"readings": _RAW, "rollups_5m": _5M, "rollups_1h": _1H}

_LATEST = text(
    """
    select l.public_id, max(l.at), array_agg(l.metric), array_agg(l.value)
    from (
        select distinct on (r.device_id, m.metric)
            d.public_id, coalesce(m.at, r.ts) as at, m.metric, m.value
        from latest_readings as r
        join devices as d on d.id = r.device_id
        join metric_sets as s on s.id = r.metric_set_id,
            unnest(s.metrics, r.values, r.times) as m (metric, value, at)
        where m.value <> 'NaN'
            and (cast(:metrics as text[]) is null or m.metric = any(cast(:metrics as text[])))
            and (cast(:devices as text[]) is null or d.public_id = any(cast(:devices as text[])))
        order by r.device_id, m.metric, 2 desc, r.written_at desc
    ) as l
    group by l.public_id order by l.public_id
    """
)


@dataclass(frozen=True)
class Newest:
    """The latest value of each metric of a device, and when the newest of them was measured."""

    device_id: str
    at: datetime
    values: dict[str, float]


async def samples(
    tx: Connection,
    source: Source,
    device_id: int,
    metrics: Sequence[str],
    start: datetime,
    end: datetime,
) -> dict[str, Samples]:
    """By metric, what this source holds of the window; a metric without any is absent."""
    if start >= end:
        return {}
    given = {"device_id": device_id, "metrics": list(metrics), "start": start, "end": end}
    rows = (await tx.execute(_BY_SOURCE[source], given)).all()
    by_metric: dict[str, list[Any]] = {}
    for metric, *values in rows:
        by_metric.setdefault(metric, []).append(values)
    make = _of_readings if source == "readings" else _of_rollups
    return {metric: make(found) for metric, found in by_metric.items()}


def _of_readings(rows: list[Any]) -> Samples:
    at_us = np.array([row[0] for row in rows], dtype=np.int64)
    values = np.array([row[1] for row in rows], dtype=np.float64)
    return Samples(at_us, np.ones_like(at_us), values, values, values, values)


def _of_rollups(rows: list[Any]) -> Samples:
    at_us, count, *floats = zip(*rows, strict=True)
    low, high, total, last = (np.array(column, dtype=np.float64) for column in floats)
    return Samples(
        np.array(at_us, dtype=np.int64), np.array(count, dtype=np.int64), low, high, total, last
    )


async def latest(
    tx: Connection, metrics: Sequence[str] | None, devices: Sequence[str] | None
) -> list[Newest]:
    """Of each device that ever sent one of these metrics, the newest values. One statement."""
    given = {
        "metrics": list(metrics) if metrics is not None else None,
        "devices": list(devices) if devices is not None else None,
    }
    rows = await tx.execute(_LATEST, given)
    return [
        Newest(public_id, at, dict(zip(names, values, strict=True)))
        for public_id, at, names, values in rows
    ]


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
