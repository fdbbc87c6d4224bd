"""What is usual for a device at some moments, as detection last wrote down what it knows."""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from homepot.ai.anomaly_detection import store
from homepot.ai.anomaly_detection.engine.expected import Expectations
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.watching import store as watching
from homepot.ai.anomaly_detection.watching.keeping import version_of
from homepot.core.clock import now
from homepot.core.database import Connection, Database
from homepot.core.errors import BadInput
from homepot.fleet.devices import service as devices

POINTS_MAX = 300
METRICS_MAX = 20
_STEP_MIN = timedelta(minutes=15)
_WINDOW_MAX = timedelta(days=731)
_LOOK_EVERY = timedelta(minutes=2)
_SHARE = 0


Learnt = tuple[datetime, Expectations]
"""What is usual for everything, and as of when."""


@dataclass(frozen=True)
class UsualPoint:
    at: datetime
    low: float
    usual: float
    high: float


@dataclass(frozen=True)
class UsualOfMetric:
    metric: str
    points: Sequence[UsualPoint]
    note: str | None


@dataclass(frozen=True)
class Usual:
    device_id: str
    as_of: datetime | None
    series: Sequence[UsualOfMetric]


class Remembered:
    """The newest checkpoint, read once for whoever asks; other processes write it."""

    def __init__(self) -> None:
        self._reading = asyncio.Lock()
        self._looked_at: datetime | None = None
        self._known: tuple[datetime, Expectations] | None = None

    async def newest(self, database: Database) -> tuple[datetime, Expectations] | None:
        async with self._reading:
            if self._looked_at is None or now() - self._looked_at > _LOOK_EVERY:
                await self._look(database)
            return self._known

    async def _look(self, database: Database) -> None:
        async with database.system() as tx:
            at = await watching.kept_at(tx, _SHARE)
            is_new = at is not None and (self._known is None or self._known[0] != at)
            kept = await watching.kept(tx, _SHARE) if is_new else None
        parameters = Parameters()
        if kept is not None and kept.engine_version == version_of(parameters):
            found = await asyncio.to_thread(_read, kept.engine, parameters)
            self._known = kept.checkpoint_at, found
        self._looked_at = now()


def _read(engine: bytes, parameters: Parameters) -> Expectations:
    return Expectations.of(zlib.decompress(engine), parameters)


async def usual(
    tx: Connection,
    known: tuple[datetime, Expectations] | None,
    device_id: str,
    metrics: Sequence[str],
    window: tuple[datetime, datetime],
) -> Usual:
    """Of each metric the band at moments of this window, by what is known today."""
    device = await devices.find(tx, device_id)
    found = await store.learned(tx, device.id)
    is_learning = found is None or found[0] < found[1]
    hours = f"{int(found[0])} of {found[1]:g} h" if found else "nothing was measured yet"
    at = _moments(*window)
    if not metrics and known is not None:
        metrics = known[1].metrics_of(str(device.id))[:METRICS_MAX]
    series = []
    for metric in metrics:
        points = [] if is_learning or known is None else _points(known[1], device.id, metric, at)
        note = None
        if not points:
            note = f"learning, {hours}" if is_learning else "not learnt yet"
        series.append(UsualOfMetric(metric, points, note))
    return Usual(device.public_id, known[0] if known else None, series)


def bands_of(
    known: Expectations, row: int, moments: Mapping[str, Sequence[datetime]]
) -> dict[str, list[UsualPoint]]:
    """Of each metric the band at its own moments; none of what is not learnt yet."""
    found = {metric: _points(known, row, metric, at) for metric, at in moments.items() if at}
    return {metric: points for metric, points in found.items() if points}


def _moments(start: datetime, end: datetime) -> list[datetime]:
    if not timedelta(0) < end - start <= _WINDOW_MAX:
        raise BadInput("`to` must lie after `from`, by two years at most.", at="query.to")
    step = max((end - start) / POINTS_MAX, _STEP_MIN)
    count = int((end - start) / step)
    return [start + step * k for k in range(count + 1)] + (
        [end] if step * count < end - start else []
    )


def _points(known: Expectations, row: int, metric: str, at: Sequence[datetime]) -> list[UsualPoint]:
    band = known.band(str(row), metric, np.array([one.timestamp() for one in at]))
    if band is None:
        return []
    columns = (band.low.tolist(), band.usual.tolist(), band.high.tolist())
    return [UsualPoint(*one) for one in zip(at, *columns, strict=True)]
