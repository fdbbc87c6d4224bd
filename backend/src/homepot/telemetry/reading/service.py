"""Use cases of reading: a chart's worth of one device, the newest of all."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

import numpy as np

from homepot.core.database import Connection, Database
from homepot.core.errors import BadInput
from homepot.core.settings import Settings
from homepot.fleet.devices import service as devices
from homepot.fleet.types import service as types
from homepot.telemetry.archive.service import YOUNGEST, Archive
from homepot.telemetry.intake.batch import EARLIEST_US, Floats, moment
from homepot.telemetry.reading import readings, store
from homepot.telemetry.reading.logic import (
    Point,
    Samples,
    Source,
    kept_source,
    late,
    points_of,
    source_for,
    split,
    width_of,
)
from homepot.telemetry.reading.newest import Newest
from homepot.telemetry.rollups.logic import kept_since

__all__ = [
    "METRICS_MAX",
    "POINTS_MAX",
    "Chart",
    "Kept",
    "Newest",
    "Raw",
    "chart",
    "latest",
    "metrics_of",
    "whole",
]

WINDOW_DEFAULT = timedelta(hours=24)
WINDOW_MAX = timedelta(days=3660)
METRICS_MAX = 20
POINTS_MAX = 5_000
_FIRST = moment(EARLIEST_US)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Kept:
    """Where older readings lie, and for how long there are sums over five minutes."""

    archive: Archive
    rollups_days: int

    @classmethod
    def of(cls, settings: Settings) -> "Kept":
        return cls(Archive.of(settings), settings.rollups_kept_days)


@dataclass(frozen=True)
class Chart:
    start: datetime
    end: datetime
    source: Source
    series: dict[str, list[Point]]
    empty: frozenset[str] = frozenset()  # of those that were asked for
    left_out: Sequence[str] = ()


async def chart(
    tx: Connection,
    kept: Kept,
    public_id: str,
    metrics: Sequence[str] | None,
    window: tuple[datetime | None, datetime | None],
    points: int,
    now: datetime,
) -> Chart:
    """Each metric over the window; without names, the first of those the device reports."""
    device = await devices.find(tx, public_id)
    end = window[1] or now
    start = window[0] or end - WINDOW_DEFAULT
    if start >= end:
        raise BadInput("`from` must be before `to`.", at="query.from")
    if end - start > WINDOW_MAX:
        raise BadInput(f"At most {WINDOW_MAX.days:,} days at once.", at="query.from")
    reported = await store.metrics_of(tx, device.id)
    wanted = list(metrics or reported[:METRICS_MAX])
    if strange := set(wanted) - set(reported):
        await _refuse_unknown(tx, strange)
    is_old = start < kept_since(now, kept.rollups_days)
    source = kept_source(source_for(end - start, points), end - start, is_old=is_old)
    behind = await store.behind(tx, device.id)
    first, last = split(start, end, source, behind.made_at)
    spans = late(behind.commits, (first, last), source)
    if start < now - YOUNGEST:
        await kept.archive.stay(tx)
    start_us, end_us = (int(moment.timestamp() * 1_000_000) for moment in (start, end))
    width_us = width_of(start_us, end_us, points)
    grid = store.Grid(start, timedelta(microseconds=width_us))
    parts = [
        await readings.samples(tx, kept.archive, device.id, wanted, (start, first), now),
        await store.rolled(tx, source, device.id, wanted, (first, last), spans, grid),
        *await readings.late(tx, kept.archive, source, device.id, wanted, spans, grid, now),
        await readings.samples(tx, kept.archive, device.id, wanted, (last, end), now),
    ]
    series = {
        metric: points_of(
            _joined([given[metric] for given in parts if metric in given]), start_us, width_us
        )
        for metric in wanted
    }
    # By what was read: what a device reports at all is known a moment later.
    empty = frozenset(name for name in metrics or () if not series[name])
    return Chart(start, end, source, series, empty, () if metrics else reported[METRICS_MAX:])


async def _refuse_unknown(tx: Connection, metrics: Collection[str]) -> None:
    """A name that is in no registry is a mistake, and not a device without readings."""
    known = await types.registry(tx)
    for name in sorted(metrics):
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]}?" if near else "GET /api/metrics lists all."
            raise BadInput(f"There is no metric {name!r}; {hint}", at="query.metrics")


def _joined(parts: Sequence[Samples]) -> Samples:
    empty = np.array([], dtype=np.float64)
    whole = np.array([], dtype=np.int64)
    every = [Samples(whole, whole, whole, empty, empty, empty, empty), *parts]
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


async def metrics_of(tx: Connection, device_row: int) -> list[str]:
    """Every metric that the device has ever reported."""
    return await store.metrics_of(tx, device_row)


@dataclass(frozen=True)
class Raw:
    """Some readings of a device: when each was measured, and its values in the places of the
    metrics; NaN where it has none."""

    metrics: Sequence[str]
    at: list[datetime]
    values: Floats


async def whole(
    database: Database,
    archive: Archive,
    tenant_id: int,
    public_id: str,
    start: datetime | None,
    end: datetime | None,
) -> AsyncIterator[Raw]:
    """Every reading of the window in the order of time, some thousand at once, each time with
    the same metrics.

    A reading of a new combination of metrics that comes meanwhile is not among them.
    """
    window = (start or _FIRST, end or _LAST)
    async with database.tenant(tenant_id) as tx:
        device = await devices.find(tx, public_id)
    series = await readings.Series.of(database, archive, tenant_id, device.id, window)
    async for rows in series.read(window):
        yield Raw(series.metrics, [moment(at_us) for at_us in rows.at_us], rows.values)
