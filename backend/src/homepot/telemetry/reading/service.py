"""Use cases of reading: a chart's worth of one device, the newest of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from homepot.core.database import Connection
from homepot.core.errors import BadInput
from homepot.fleet.devices import service as devices
from homepot.telemetry.reading import store
from homepot.telemetry.reading.logic import Point, Samples, Source, points_of, source_for, split
from homepot.telemetry.reading.store import Newest

__all__ = ["METRICS_MAX", "POINTS_MAX", "Chart", "Newest", "chart", "latest"]

WINDOW_DEFAULT = timedelta(hours=24)
WINDOW_MAX = timedelta(days=3660)
METRICS_MAX = 20
POINTS_MAX = 5_000


@dataclass(frozen=True)
class Chart:
    start: datetime
    end: datetime
    source: Source
    series: dict[str, list[Point]]


async def chart(
    tx: Connection,
    public_id: str,
    metrics: Sequence[str] | None,
    window: tuple[datetime | None, datetime | None],
    points: int,
    now: datetime,
) -> Chart:
    """Each metric over the window; without names, every metric the device reports."""
    device = await devices.find(tx, public_id)
    end = window[1] or now
    start = window[0] or end - WINDOW_DEFAULT
    if start >= end:
        raise BadInput("`from` must be before `to`.", at="query.from")
    if end - start > WINDOW_MAX:
        raise BadInput(f"At most {WINDOW_MAX.days:,} days at once.", at="query.from")
    wanted = list(metrics or (await store.metrics_of(tx, device.id))[:METRICS_MAX])
    source = source_for(end - start, points)
    first, last = split(start, end, source, now)
    parts = [
        await store.samples(tx, "readings", device.id, wanted, start, first),
        await store.samples(tx, source, device.id, wanted, first, last),
        await store.samples(tx, "readings", device.id, wanted, last, end),
    ]
    start_us, end_us = (int(moment.timestamp() * 1_000_000) for moment in (start, end))
    series = {
        metric: points_of(
            _joined([given[metric] for given in parts if metric in given]),
            start_us,
            end_us,
            points,
        )
        for metric in wanted
    }
    return Chart(start, end, source, series)


def _joined(parts: Sequence[Samples]) -> Samples:
    empty = np.array([], dtype=np.float64)
    whole = np.array([], dtype=np.int64)
    every = [Samples(whole, whole, empty, empty, empty, empty), *parts]
    return Samples(
        *(
            np.concatenate([getattr(part, name) for part in every])
            for name in Samples.__dataclass_fields__
        )
    )


async def latest(
    tx: Connection, metrics: Sequence[str] | None, device_ids: Sequence[str] | None
) -> list[Newest]:
    return await store.latest(tx, metrics, device_ids)
