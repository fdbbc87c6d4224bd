"""What is foreseen of devices rests on the hours before that moment alone."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from homepot.ai.prediction.limits import Limit
from homepot.ai.prediction.looking import HISTORY_HOURS, Watched, look
from homepot.ai.prediction.wear.parameters import Parameters

END = datetime(2026, 6, 1, tzinfo=UTC)
DISK = Limit("disk_percent", "warning_above", 85.0, "%", "Disk")
FULL = Limit("disk_percent", "critical_above", 95.0, "%", "Disk")
BATTERY = Limit("battery_percent", "warning_below", 20.0, "%", "Battery")
DEVICE = Watched(1, 1, "Europe/Oslo", [DISK, FULL, BATTERY])


def history(hours: int) -> dict[str, NDArray[np.float32]]:
    """A disk that fills and a battery that empties, for longer than the history that is read."""
    at = np.arange(hours)
    noise = np.random.default_rng(3).normal(0, 0.1, (2, hours))
    worn = np.clip(at - 500, 0, None)
    disk = 50 + worn * 0.1 + noise[0]
    battery = 80 - worn * 0.15 + noise[1]
    return {
        "disk_percent": disk[None].astype(np.float32),
        "battery_percent": battery[None].astype(np.float32),
    }


def before(whole: dict[str, NDArray[np.float32]], hour: int) -> dict[str, NDArray[np.float32]]:
    return {name: one[:, hour - HISTORY_HOURS : hour] for name, one in whole.items()}


def test_both_sides_are_foreseen_and_the_nearer_limit_is_told() -> None:
    foreseen, looked = look([DEVICE], before(history(760), 740), END, Parameters())
    told = {one.limit.metric: one for one in foreseen}
    assert told["disk_percent"].limit == DISK
    assert told["battery_percent"].rate_per_day < 0
    assert looked[0].reached == []
    hours = (85 - 50) / 0.1 - 240
    assert abs((told["disk_percent"].crosses_at - END) / timedelta(hours=1) - hours) < 0.2 * hours


def test_what_comes_later_changes_no_earlier_forecast() -> None:
    random = np.random.default_rng(11)
    whole = history(900)
    for hour in (725, 740, 800):
        first = look([DEVICE], before(whole, hour), END, Parameters())
        later = {name: one.copy() for name, one in whole.items()}
        for one in later.values():
            one[:, hour:] = random.choice([0.0, 1e6, np.nan], one[:, hour:].shape)
        assert look([DEVICE], before(later, hour), END, Parameters()) == first


def test_a_limit_that_is_reached_is_no_forecast_and_the_next_one_is() -> None:
    means = before(history(900), 870)  # at 87 %
    foreseen, looked = look([DEVICE], means, END, Parameters())
    assert looked[0].reached == [DISK]
    assert [one.limit for one in foreseen if one.limit.metric == "disk_percent"] == [FULL]


def bad(shape: str) -> dict[str, NDArray[np.float32]]:
    """A disk that would be foreseen to fill, with something wrong with its readings."""
    means = before(history(760), 740)
    disk = means["disk_percent"]
    if shape == "an hour of data":
        disk[:, :-1] = np.nan
    elif shape == "gaps of days":
        disk[:, -200:-128] = np.nan
        disk[:, -60:-24] = np.nan
    elif shape == "went constant":
        disk[:, -72:] = disk[:, -73:-72]
    elif shape == "always the same":
        disk[:] = 84.9
    elif shape == "nothing":
        disk[:] = np.nan
    return {"disk_percent": disk, "battery_percent": np.full_like(disk, np.nan)}


@pytest.mark.parametrize(
    ("shape", "hours", "is_foreseen"),
    [
        ("an hour of data", 1, False),
        ("gaps of days", 720 - 72 - 36, True),
        ("went constant", 720, False),
        ("always the same", 720, False),
        ("nothing", 0, False),
    ],
)
def test_readings_with_something_wrong(shape: str, hours: int, is_foreseen: bool) -> None:
    foreseen, (looked,) = look([DEVICE], bad(shape), END, Parameters())
    assert looked.hours == hours
    assert looked.reached == []
    assert [one.limit for one in foreseen] == ([DISK] if is_foreseen else [])
