"""Since when what was found has been going on."""

import numpy as np
import pytest

from homepot.ai.anomaly_detection.engine import Engine, Kind, MetricDeviation, MetricSpec, Report
from homepot.ai.anomaly_detection.engine.expected import Band
from homepot.ai.anomaly_detection.watching.beginning import Seen, also_off, began, expected

CPU = MetricSpec("cpu_percent", "%", "up_is_bad", least=0.0, most=100.0)
ROOM = MetricSpec("temperature_celsius", "°C", above=25.0)
DISK = MetricSpec("disk_percent", "%")


def found(kind: Kind, value: float, usual: float, size: float) -> MetricDeviation:
    return MetricDeviation("x", kind, 1.0, size, value, usual, usual - 9, usual + 9, 1.0)


def each_minute(values: list[float]) -> Seen:
    return Seen(60.0 * np.arange(len(values), dtype=np.float64), np.array(values))


def band(seen: Seen, usual: float | list[float], half: float) -> Band:
    level = np.broadcast_to(np.array(usual, np.float64), seen.at.shape)
    return Band(level - half, level, level + half)


def test_a_step_began_with_the_first_reading_of_those_that_led_to_it() -> None:
    seen = each_minute([30.0] * 10 + [90.0] * 20)
    step = found(Kind.STEP, 90.0, 30.0, 60.0)
    assert began(step, CPU, seen, band(seen, 30.0, 9.0)) == 600.0
    # Where no usual is known, half of the way says it.
    assert began(step, CPU, seen, None) == 600.0


def test_a_spike_long_before_is_no_beginning_and_a_dip_meanwhile_no_end() -> None:
    seen = each_minute([30.0, 90.0] + [30.0] * 8 + [90.0] * 5 + [30.0] * 2 + [90.0] * 5)
    step = found(Kind.STEP, 90.0, 30.0, 60.0)
    assert began(step, CPU, seen, band(seen, 30.0, 9.0)) == 600.0


def test_what_was_usual_at_the_hour_before_is_no_part_of_it() -> None:
    """It did not change: the hour did, at which it is not usual any more."""
    seen = each_minute([80.0] * 60)
    known = band(seen, [80.0] * 30 + [30.0] * 30, 9.0)
    assert began(found(Kind.STEP, 80.0, 30.0, 50.0), CPU, seen, known) == 1800.0


def test_it_goes_below_too() -> None:
    seen = each_minute([30.0] * 10 + [2.0] * 10)
    assert began(found(Kind.STEP, 2.0, 30.0, -28.0), CPU, seen, band(seen, 30.0, 9.0)) == 600.0


def test_a_limit_counts_from_where_it_was_passed() -> None:
    seen = each_minute([20.0 + 0.5 * k for k in range(20)])
    limit = found(Kind.LIMIT, 29.5, 20.0, 9.5)
    assert began(limit, ROOM, seen, band(seen, 20.0, 2.0)) == 60.0 * 11


def test_a_sensor_stands_still_since_its_value_was_new() -> None:
    seen = each_minute([20.1, 20.3, 20.2] + [20.4] * 50)
    assert began(found(Kind.FROZEN, 20.4, 20.4, 0.0), ROOM, seen, None) == 180.0


def test_a_steady_move_began_where_its_way_bends() -> None:
    rng = np.random.default_rng(3)
    slow, fast = 0.001 * np.arange(600), 0.6 + 0.02 * np.arange(300)
    jumps = np.where(np.arange(900) > 300, 5.0, 0.0)  # files were copied: no part of it
    seen = each_minute((40 + np.r_[slow, fast] + jumps + rng.normal(0, 0.02, 900)).tolist())
    at = began(found(Kind.RAMP, 51.0, 45.0, 5.0), DISK, seen, None)
    assert at == pytest.approx(600 * 60.0, abs=30 * 60)


@pytest.mark.parametrize("kind", [Kind.STEP, Kind.RAMP, Kind.FROZEN, Kind.LIMIT])
def test_no_readings_say_nothing(kind: Kind) -> None:
    empty = Seen(np.array([]), np.array([]))
    assert began(found(kind, 1.0, 0.0, 1.0), ROOM, empty, None) is None


def test_what_is_as_far_off_is_told_with_it() -> None:
    seen = each_minute([97.0, 98.0, 99.0])
    off = also_off("cpu_percent", CPU, seen, band(seen, 30.0, 20.0))
    assert off is not None
    assert (off.value, off.kind) == (98.0, Kind.STEP)
    assert off.strength == pytest.approx(3.4)
    once = each_minute([97.0, 30.0, 99.0])
    assert also_off("cpu_percent", CPU, once, band(once, 30.0, 20.0)) is None
    low = each_minute([1.0, 1.0, 1.0])
    assert also_off("cpu_percent", CPU, low, band(low, 30.0, 20.0)) is None
    odd = MetricSpec("frobnication")
    assert also_off("frobnication", odd, seen, band(seen, 30.0, 20.0)) is None


def test_it_is_what_the_engine_at_hand_expects() -> None:
    engine, rng = Engine(), np.random.default_rng(1)
    said = [Report("a", 600.0 * k, {"x": 5.0, "y": 40 + rng.normal()}) for k in range(400)]
    engine.feed(engine.batch(said))
    known = expected(engine, "a", "y", np.array([600.0 * 400]))
    assert known is not None
    assert known.low[0] < 40 < known.high[0]
    assert known.usual[0] == pytest.approx(40, abs=1.5)
    assert expected(engine, "a", "z", np.array([0.0])) is None
    assert expected(engine, "b", "y", np.array([0.0])) is None
