"""What the days of a device have done up to a day, as numbers a model can learn from.

Of each metric: where it stands, how it moved over windows that end with the day, how restless it
is, how much room its limits leave and how many days that is at its present pace. Of the device: how
long it is known, how long ago it failed last and how often. Nothing later enters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Places = NDArray[np.int64]

DAYS = 28  # no feature looks back further, but the count of past failures
WINDOWS = (1, 3, 7, 28)
SLOPES = (3, 7, 14, 28)
PACE_DAYS_MAX = 365.0
PAST_DAYS = 90.0
OF_METRIC = (
    "stands", "moved_in_a_week", "moved_in_four_weeks", *(f"pace_{one}" for one in SLOPES),
    "restless", "moved_for_its_restlessness", "room", "days_of_room",
)  # fmt: skip
OF_DEVICE = ("known_days", "since_failure", "past_failures")
_TINY = 1e-9


@dataclass(frozen=True)
class Failure:
    """When a device failed and when that was over, in days since the first day that is known."""

    device: int
    begin: float
    end: float


@dataclass(frozen=True)
class Days:
    """Means of whole days: devices, days, metrics; not a number where nothing was reported.

    `above` and `below` are the limits of each device and metric, not a number where it has none.
    `failures` are those that are known; `mends` the moments at which somebody set a device right
    before it failed, as (device, day).
    """

    metrics: Sequence[str]
    means: NDArray[np.float32]
    above: Doubles
    below: Doubles
    failures: Sequence[Failure]
    mends: Sequence[tuple[int, float]] = ()

    @property
    def devices(self) -> int:
        return len(self.means)

    @property
    def days(self) -> int:
        return int(self.means.shape[1])


def names_of(metrics: Sequence[str]) -> list[str]:
    """
    >>> names_of(["disk_percent"])[0]
    'disk_percent:stands'
    """
    return [f"{metric}:{one}" for metric in metrics for one in OF_METRIC] + list(OF_DEVICE)


def features(days: Days, device: Places, day: Places) -> Doubles:
    """A row for each pair of a device and a day, as things stood when that day was over."""
    columns: list[Doubles] = []
    for place in range(len(days.metrics)):
        sums = _Sums(days.means[:, :, place].astype(np.float64))
        columns += _of_metric(
            sums, days.above[device, place], days.below[device, place], device, day
        )
    columns += _of_device(days, device, day)
    return np.stack(columns, axis=1)


def _of_metric(
    sums: "_Sums", above: Doubles, below: Doubles, device: Places, day: Places
) -> list[Doubles]:
    now, few, week, month = (sums.mean(device, day, window) for window in WINDOWS)
    slopes = [sums.slope(device, day, window) for window in SLOPES]
    restless = sums.restless(device, day, DAYS)
    up, down = above - now, now - below
    room = np.fmin(up, down)
    pace = slopes[1]  # of a week
    with np.errstate(invalid="ignore"):
        left = np.where(pace > 0, up / np.maximum(pace, _TINY), down / np.maximum(-pace, _TINY))
    left = np.clip(left, 0, PACE_DAYS_MAX)
    moved = week - month
    return [
        now, few - week, moved, *slopes, restless, moved / np.maximum(restless, _TINY), room, left,
    ]  # fmt: skip


def _of_device(days: Days, device: Places, day: Places) -> list[Doubles]:
    heard = np.isfinite(days.means).any(axis=2).cumsum(axis=1)
    known = np.minimum(heard[device, day], DAYS).astype(np.float64)
    over = day + 1.0
    since, past = np.full(len(device), np.nan), np.zeros(len(device))
    for one in days.failures:
        mine = (device == one.device) & (one.begin <= over)
        since[mine] = np.fmin(since[mine], over[mine] - one.begin)
        past[mine] += over[mine] - one.begin <= PAST_DAYS
    return [known, since, past]


class _Sums:
    """Running sums over days, so that every window costs two looks; days that nobody knows are in
    none of them."""

    def __init__(self, values: Doubles) -> None:
        known = np.isfinite(values)
        # from a level of its own, or the squares of a large one would drown what moves
        base = np.zeros((len(values), 1))
        some = known.any(axis=1)
        first = known[some].argmax(axis=1)
        base[some, 0] = values[some, first]
        self._base = base[:, 0]
        self._values = np.where(known, values - base, 0.0)
        at = np.arange(values.shape[1], dtype=np.float64) * known
        self._count = _running(known.astype(np.float64))
        self._plain = _running(self._values)
        self._at = _running(at)
        self._at_squared = _running(at**2)
        self._timed = _running(at * self._values)
        both = known[:, 1:] & known[:, :-1]
        step = np.where(both, np.diff(self._values, axis=1), 0.0)
        self._steps = _running(np.pad(both.astype(np.float64), ((0, 0), (1, 0))))
        self._stepped = _running(np.pad(np.abs(step), ((0, 0), (1, 0))))

    def mean(self, device: Places, day: Places, window: int) -> Doubles:
        total, count = (self._sum(one, device, day, window) for one in (self._plain, self._count))
        return np.where(count > 0, total / np.maximum(count, 1) + self._base[device], np.nan)

    def slope(self, device: Places, day: Places, window: int) -> Doubles:
        """A day; least squares."""
        n, y, t, tt, ty = (
            self._sum(one, device, day, window)
            for one in (self._count, self._plain, self._at, self._at_squared, self._timed)
        )
        n1 = np.maximum(n, 1)
        spread, along = tt - t * t / n1, ty - t * y / n1
        return np.where((n >= 2) & (spread > _TINY), along / np.maximum(spread, _TINY), np.nan)

    def restless(self, device: Places, day: Places, window: int) -> Doubles:
        """How far a day is from the day before, on average."""
        count = self._sum(self._steps, device, day, window)
        total = self._sum(self._stepped, device, day, window)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    @staticmethod
    def _sum(running: Doubles, device: Places, day: Places, window: int) -> Doubles:
        first = np.maximum(day + 1 - window, 0)
        return np.asarray(running[device, day + 1] - running[device, first])


def _running(values: Doubles) -> Doubles:
    return np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))
