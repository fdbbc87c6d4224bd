"""What wears are told with, against what came: chances within 7, 14, 30 days, on simulated fleets.

In each fleet whatever can wear does, from some days or weeks ago on, each at its own pace and
as its kind of fault does; nobody mends them. What is told rests on the thirty days before; a limit
is reached when the middle of six hours lies beyond it, as in operation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from homepot_simulator.episodes import Episode
from homepot_simulator.faults import FAULTS, make_fault
from homepot_simulator.fleet import Device, Fleet, make_fleet
from homepot_simulator.world import World, report_times
from numpy.typing import NDArray
from report import Row

from homepot.ai.prediction.failures.calibration import expected_error
from homepot.ai.prediction.limits import Limit, limits_of
from homepot.ai.prediction.looking import HISTORY_HOURS, Watched, look
from homepot.ai.prediction.wear.parameters import Parameters
from homepot.fleet.types.catalogue import shipped

SEEDS = range(100, 124)
GOAL = 0.08
HORIZONS = (7, 14, 30)
WEARS = ("disk_filling", "bearing_wear", "memory_leak")
_NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
_NOW_US = round(_NOW.timestamp()) * 1_000_000
_HOUR_US = 3_600_000_000
_AHEAD_HOURS = 30 * 24
_STEP_US = 20 * 60_000_000


@dataclass(frozen=True)
class Told:
    """Chances that were told, and after how many hours the limit was reached, if it was."""

    chances: tuple[float, float, float]
    lower: float
    upper: float
    crossed: float
    metric: str = ""


def run() -> list[Row]:
    told = [one for seed in SEEDS for one in of_fleet(seed, Parameters())]
    chances = np.array([one.chances for one in told])
    crossed = np.array([one.crossed for one in told])
    rows = [Row("told: wears", len(told), "wears", "fleets", len(SEEDS))]
    for place, days in enumerate(HORIZONS):
        off = expected_error(chances[:, place], crossed <= days * 24)
        rows.append(Row(f"told: within {days} d, off by", off, "on average", "goal", GOAL))
    inside = np.mean([one.lower <= one.crossed <= one.upper for one in told])
    rows.append(Row("told: inside the interval of 90 %", float(inside), "of them", "goal", 0.9))
    return rows


def of_fleet(seed: int, p: Parameters) -> Iterator[Told]:
    fleet = make_fleet(seed)
    world = World(fleet, scheduled=False, added=_wears(fleet, seed))
    kinds = shipped().types
    limits = {one.key: limits_of(kinds[one.type].metrics) for one in fleet.devices}
    hours = {one.key: _hours(world, one) for one in fleet.devices}
    watched = [
        Watched(row, 1, fleet.site[one.site_key].timezone, limits[one.key])
        for row, one in enumerate(fleet.devices)
    ]
    nothing = np.full(HISTORY_HOURS + _AHEAD_HOURS, np.nan)
    names = {limit.metric for one in watched for limit in one.limits}
    means = {
        name: np.array([hours[one.key].get(name, nothing) for one in fleet.devices], np.float32)
        for name in names
    }
    known = {name: one[:, :HISTORY_HOURS] for name, one in means.items()}
    foreseen, _ = look(watched, known, _NOW, p)
    for one in foreseen:
        course = means[one.limit.metric][one.device_row]
        yield Told(
            one.chances,
            (one.lower_at - _NOW).total_seconds() / 3600,
            (one.upper_at - _NOW).total_seconds() / 3600,
            _crossed(course, one.limit),
            one.limit.metric,
        )


def _wears(fleet: Fleet, seed: int) -> list[Episode]:
    random = np.random.default_rng(seed)
    found = []
    for device in fleet.devices:
        able = [kind for kind in WEARS if device.role in FAULTS[kind].roles]
        if not able:
            continue
        ago = float(random.uniform(2, 25))
        whole = ago + float(random.uniform(31, 45))
        span = (_NOW_US - int(ago * 24) * _HOUR_US, _NOW_US + int((whole - ago) * 24) * _HOUR_US)
        kind = able[int(random.integers(len(able)))]
        found.append(make_fault(fleet, kind, device, span, float(random.uniform(0.5, 3.0))))
    return found


def _hours(world: World, device: Device) -> dict[str, NDArray[np.float64]]:
    begin = _NOW_US - HISTORY_HOURS * _HOUR_US
    end = _NOW_US + _AHEAD_HOURS * _HOUR_US
    times = report_times(device, world.fleet.seed, begin, end, _STEP_US)
    found = world.values(device.key, np.asarray(times))
    hour = (found.times_us - begin - 1) // _HOUR_US
    wide = HISTORY_HOURS + _AHEAD_HOURS
    count = np.bincount(hour, minlength=wide)
    sums = [np.bincount(hour, column, wide) for column in found.values.T]
    means = [np.where(count > 0, one / np.maximum(count, 1), np.nan) for one in sums]
    return dict(zip(found.metrics, means, strict=True))


def _crossed(course: NDArray[np.float32], limit: Limit) -> float:
    """Hours from now; infinite where that is not in the time ahead."""
    for hour in range(HISTORY_HOURS, len(course)):
        late = course[hour - 5 : hour + 1]
        late = late[np.isfinite(late)]
        if len(late) and limit.reached(float(np.median(late))):
            return float(hour + 1 - HISTORY_HOURS)
    return float("inf")
