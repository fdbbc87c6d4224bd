"""From hours and limits to what is foreseen, for every device at once. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.site_clock import local_seconds
from homepot.ai.prediction.limits import Limit
from homepot.ai.prediction.wear.forecast import HOURS_MIN, Forecasts, forecast
from homepot.ai.prediction.wear.parameters import Parameters
from homepot.ai.prediction.wear.season import slots_of

HISTORY_HOURS = 30 * 24
HORIZON_DAYS = 14
_RECENT_HOURS = 6
_LIMITS_MAX = 2  # on one side: warning and critical

Means = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Watched:
    row: int
    tenant_id: int
    zone: str
    limits: Sequence[Limit]
    type: str = "unknown"


@dataclass(frozen=True)
class Foreseen:
    """One metric of a device that wears towards a limit."""

    device_row: int
    tenant_id: int
    limit: Limit
    crosses_at: datetime
    lower_at: datetime
    upper_at: datetime
    chances: tuple[float, float, float]  # within 7, 14, 30 days
    level: float
    growth: float
    rate_per_day: float
    onset_at: datetime


@dataclass(frozen=True)
class Looked:
    """What is known of one device."""

    device_row: int
    tenant_id: int
    hours: int
    limited: int
    reached: Sequence[Limit]


def look(
    devices: Sequence[Watched], means: Means, end: datetime, p: Parameters
) -> tuple[list[Foreseen], list[Looked]]:
    """`means` are the hours before `end`: devices as rows, in their order."""
    foreseen: list[Foreseen] = []
    reached: dict[int, list[Limit]] = {}
    hours_known = np.zeros(len(devices), np.int64)
    for values in means.values():
        np.maximum(hours_known, np.isfinite(values).sum(axis=1), out=hours_known)
    for part in _parts(devices):
        found, beyond = _some(part, devices, means, end, p)
        foreseen += found
        for place, limit in beyond:
            reached.setdefault(place, []).append(limit)
    looked = [
        Looked(
            one.row, one.tenant_id, int(hours_known[place]),
            len({limit.metric for limit in one.limits if limit.metric in means}),
            reached.get(place, []),
        )
        for place, one in enumerate(devices)
    ]  # fmt: skip
    return foreseen, looked


@dataclass(frozen=True)
class _Part:
    """Streams of one metric, one side and one clock."""

    metric: str
    sign: int
    zone: str
    places: list[int]
    limits: list[list[Limit]]


def _parts(devices: Sequence[Watched]) -> list[_Part]:
    parts: dict[tuple[str, int, str], _Part] = {}
    for place, one in enumerate(devices):
        sides: dict[tuple[str, int], list[Limit]] = {}
        for limit in one.limits:
            sides.setdefault((limit.metric, limit.sign), []).append(limit)
        for (metric, sign), limits in sides.items():
            key = (metric, sign, one.zone)
            part = parts.setdefault(key, _Part(metric, sign, one.zone, [], []))
            part.places.append(place)
            part.limits.append(limits[:_LIMITS_MAX])
    return list(parts.values())


def _some(
    part: _Part, devices: Sequence[Watched], means: Means, end: datetime, p: Parameters
) -> tuple[list[Foreseen], list[tuple[int, Limit]]]:
    values = part.sign * means[part.metric][part.places].astype(np.float64)
    hours = values.shape[1]
    middles = end.timestamp() + 3600.0 * (np.arange(hours) - hours + 0.5)
    local = local_seconds([part.zone], np.zeros(hours, np.intp), np.asarray(middles, np.float64))
    limits = np.full((len(part.places), _LIMITS_MAX), np.nan)
    for row, some in enumerate(part.limits):
        limits[row, : len(some)] = [part.sign * one.value for one in some]
    late = _recent(values)
    with np.errstate(invalid="ignore"):
        beyond = late[:, None] >= limits
    reached = [
        (part.places[row], part.limits[row][place]) for row, place in np.argwhere(beyond).tolist()
    ]
    found = forecast(values, slots_of((local // 3600).astype(np.int64)), limits, p)
    told = found.told(p) & ~beyond
    foreseen = []
    for row in np.flatnonzero(told.any(axis=1)).tolist():
        # The nearest limit that is still to come; when it is reached, the next one's turn comes.
        place = int(np.flatnonzero(told[row])[np.argmin(found.crosses[row][told[row]])])
        one = _foreseen(devices[part.places[row]], part.limits[row][place], found, row, place, end)
        if one.crosses_at - end <= timedelta(days=30):
            foreseen.append(one)
    return foreseen, reached


def _recent(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The middle of the last hours, as far as they are known."""
    late = values[:, -_RECENT_HOURS:]
    some = np.isfinite(late).any(axis=1)
    out = np.full(len(values), np.nan)
    out[some] = np.nanmedian(late[some], axis=1)
    return out


def _foreseen(
    device: Watched, limit: Limit, found: Forecasts, row: int, place: int, end: datetime
) -> Foreseen:
    def at(hours: float) -> datetime:
        return (end + timedelta(hours=min(float(hours), 10 * 365 * 24))).astimezone(UTC)

    samples = found.samples[row, place]
    chances = [float(found.ongoing[row] * np.mean(samples <= days * 24)) for days in (7, 14, 30)]
    return Foreseen(
        device.row, device.tenant_id, limit,
        at(found.crosses[row, place]), at(found.lower[row, place]), at(found.upper[row, place]),
        (chances[0], chances[1], chances[2]),
        limit.sign * float(found.level[row]), limit.sign * float(found.growth[row]),
        limit.sign * float(found.rate[row]), at(-float(found.onset[row])),
    )  # fmt: skip


def enough(hours: int) -> bool:
    return hours >= HOURS_MIN
