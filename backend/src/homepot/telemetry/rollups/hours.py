"""The hours of a whole fleet as arrays, for work that looks at all of it at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from homepot.core.database import Database
from homepot.telemetry.rollups import hours_store as store

_HOUR = timedelta(hours=1)

Means = Mapping[str, NDArray[np.float32]]


async def hourly_means(
    database: Database, devices: Sequence[int], metrics: Sequence[str], end: datetime, hours: int
) -> Means:
    """Of each metric an array: devices as rows in the order given, the hours before `end` as
    columns, the last one last; not a number where nothing was reported.

    `end` is a whole hour. A statement reads a day, so that none takes long.
    """
    start = end - hours * _HOUR
    first = round(start.timestamp() / 3600)
    out = {name: np.full((len(devices), hours), np.nan, np.float32) for name in metrics}
    if not devices or not metrics:
        return out
    place = np.full(max(devices) + 1, -1, np.int64)
    place[np.asarray(devices)] = np.arange(len(devices))
    async with database.system() as tx:
        known = await store.places(tx, metrics)
    while start < end and known:
        until = min(start + store.DAYS_AT_ONCE, end)
        async with database.system() as tx:
            rows = await store.hours(tx, known, len(metrics), start, until)
        for hour, device, means in rows:
            mine = np.where(device < len(place), place[np.minimum(device, len(place) - 1)], -1)
            taken = np.flatnonzero(mine >= 0)
            for name, values in zip(metrics, means, strict=True):
                column = out[name][:, hour - first]
                known_here = taken[np.isfinite(values[taken])]
                column[mine[known_here]] = values[known_here]
        start = until
    return out
