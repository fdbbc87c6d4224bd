"""What looks like trouble and is none, beside the trouble that looks like it."""

import math

import numpy as np
import pytest

from homepot.ai.anomaly_detection.engine import Deviation, Engine, Kind, Report, Stage

HOUR_S = 3600.0
BEGIN = 1_756_684_800.0  # Monday, 1 September 2025, 00:00 UTC
STEP_S = 600.0


def replayed(
    values: list[float], name: str, engine: Engine | None = None, step_s: float = STEP_S
) -> list[Deviation]:
    engine = engine or Engine()
    found = engine.feed(
        engine.batch(
            Report("one", BEGIN + k * step_s, {name: value}) for k, value in enumerate(values)
        )
    )
    return [one for one in found.deviations if one.stage is Stage.BEGUN]


def daily(count: int, seed: int = 0, height: float = 10.0) -> list[float]:
    rng = np.random.default_rng(seed)
    hours = np.arange(count) * STEP_S / HOUR_S
    return list(30 + height * np.sin(hours * 2 * np.pi / 24) + rng.normal(0, 1, count))


def lively(count: int, step_s: float, seed: int = 3) -> list[float]:
    """A day's course, whatever the interval."""
    rng = np.random.default_rng(seed)
    hours = np.arange(count) * step_s / HOUR_S
    return list(30 + 10 * np.sin(hours * 2 * np.pi / 24) + rng.normal(0, 1, count))


def test_reports_that_come_hours_late_raise_no_alarm_and_hide_none() -> None:
    """An engine goes forward only: what comes after something newer is left to the rollups."""
    rng = np.random.default_rng(4)
    values = daily(7 * 144)
    fault = range(900, 940)
    for k in fault:
        values[k] += 60
    arrival = np.arange(len(values)) + np.where(
        rng.random(len(values)) < 0.1, rng.uniform(1, 20, len(values)), 0
    )
    order = np.argsort(arrival, kind="stable").tolist()
    engine = Engine()
    found = engine.feed(
        engine.batch(Report("one", BEGIN + k * STEP_S, {"cpu_percent": values[k]}) for k in order)
    )
    begun = [one for one in found.deviations if one.stage is Stage.BEGUN]
    assert found.late > 50
    assert [one.kind for one in begun] == [Kind.STEP]
    assert BEGIN + fault[0] * STEP_S <= begun[0].detected_at <= BEGIN + fault[6] * STEP_S


def test_a_backlog_that_comes_at_once_and_in_order_is_judged_as_if_in_time() -> None:
    values = daily(6 * 144)
    whole = [Report("one", BEGIN + k * STEP_S, {"cpu_percent": v}) for k, v in enumerate(values)]
    in_time, behind = Engine(), Engine()
    for report in whole:
        in_time.feed(in_time.batch([report]))
    behind.feed(behind.batch(whole[:500]))
    behind.feed(behind.batch(whole[500:]))
    assert behind.checkpoint() == in_time.checkpoint()


def test_reports_that_come_unevenly_are_no_silence() -> None:
    rng = np.random.default_rng(8)
    engine, told_of = Engine(), []
    for k in range(3000):
        now = BEGIN + k * STEP_S
        if rng.random() > 0.005 or k < 2:
            at = now - rng.uniform(0, 0.4) * STEP_S
            engine.feed(engine.batch([Report("one", at, {"level": k % 7})]))
        told_of += engine.tick(now)
    assert told_of == []
    silent = next(k for k in range(3000, 3100) if engine.tick(BEGIN + k * STEP_S))
    assert silent - 3000 < 6


def test_what_is_on_its_way_back_is_not_told() -> None:
    values = lively(600, 300.0)
    values[500:503] = [v + 27 for v in values[500:503]]
    assert replayed(values, "cpu_percent", step_s=300.0) == []
    values[500:506] = [v + 27 for v in lively(600, 300.0)[500:506]]
    assert len(replayed(values, "cpu_percent", step_s=300.0)) == 1


def test_a_machine_that_is_switched_on_at_an_odd_hour_is_not_told_and_one_that_overloads_is() -> (
    None
):
    rng = np.random.default_rng(6)
    hours = np.arange(9 * 144) / 6
    works = (hours % 24 > 8) & (hours % 24 < 18)
    works[1180:1220] = True  # in the night
    values = np.where(works, 1500.0, 100.0) * rng.normal(1, 0.01, len(hours))
    assert replayed(list(values), "power_watts") == []
    values[1230:1260] = 4000
    (found,) = replayed(list(values), "power_watts")
    assert found.metrics[0].value > 3000


def test_a_short_file_that_comes_and_goes_is_no_ramp() -> None:
    rng = np.random.default_rng(5)
    values = 40 + np.cumsum(rng.normal(0.0005, 0.01, 8 * 144))
    for night in range(1, 8):
        values[night * 144 : night * 144 + 4] += (1.4, 1.9, 1.8, 1.4)
    assert replayed(list(values), "disk_percent") == []


def test_a_meter_at_the_end_of_what_it_can_show_is_not_frozen() -> None:
    values = daily(6 * 144, height=0.0)
    values[700:760] = [36.0] * 60  # more than ever
    assert replayed(values, "humidity_percent") == []
    values[700:760] = [30.3] * 60
    assert [one.kind for one in replayed(values, "humidity_percent")] == [Kind.FROZEN]


@pytest.mark.parametrize("name", ["flow", "zorb_wumps"])
def test_a_device_that_lies_once_is_forgiven(name: str) -> None:
    """Values that no meter can mean: nobody is woken, and a fault is still seen."""
    values = daily(9 * 144)
    for k, lie in zip(
        range(300, 900, 60), (1e300, -1e300, 0.0, math.inf, -273.15) * 2, strict=True
    ):
        values[k] = lie
    values[1200:1290] = [v + 60 for v in values[1200:1290]]
    found = [one for one in replayed(values, name) if one.kind is not Kind.SURPRISE]
    assert [1200 <= (one.detected_at - BEGIN) / STEP_S < 1290 for one in found] == [True]
