"""The hours and days of a whole fleet as arrays, for work that looks at all of it at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from homepot.core.database import Database
from homepot.telemetry.rollups import hours_store as store

Means = Mapping[str, NDArray[np.float32]]


async def hourly_means(
    database: Database, devices: Sequence[int], metrics: Sequence[str], end: datetime, hours: int
) -> Means:
    """Of each metric an array: devices as rows in the order given, the hours before `end` as
    columns, the last one last; not a number where nothing was reported. `end` is a whole hour."""
    return await _means(database, devices, metrics, end, hours, store.HOURLY)


async def daily_means(
    database: Database, devices: Sequence[int], metrics: Sequence[str], end: datetime, days: int
) -> Means:
    """The same of days; `end` is a midnight of UTC."""
    return await _means(database, devices, metrics, end, days, store.DAILY)


async def _means(
    database: Database,
    devices: Sequence[int],
    metrics: Sequence[str],
    end: datetime,
    count: int,
    span: store.Span,
) -> Means:
    start = end - count * span.length
    first = round(start.timestamp() / span.length.total_seconds())
    out = {name: np.full((len(devices), count), np.nan, np.float32) for name in metrics}
    if not devices or not metrics:
        return out
    place = np.full(max(devices) + 1, -1, np.int64)
    place[np.asarray(devices)] = np.arange(len(devices))
    async with database.system() as tx:
        known = await store.places(tx, metrics)
    while start < end and known:
        until = min(start + span.at_once, end)
        async with database.system() as tx:
            rows = await store.means_of(tx, span, known, len(metrics), start, until)
        for number, device, means in rows:
            mine = np.where(device < len(place), place[np.minimum(device, len(place) - 1)], -1)
            taken = np.flatnonzero(mine >= 0)
            for name, values in zip(metrics, means, strict=True):
                column = out[name][:, number - first]
                known_here = taken[np.isfinite(values[taken])]
                column[mine[known_here]] = values[known_here]
        start = until
    return out
