"""The engine: what it must do whatever it is fed, and what it must see."""

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homepot.ai.anomaly_detection.engine import (
    Deviation,
    DeviceSpec,
    Engine,
    Kind,
    MetricSpec,
    Parameters,
    Report,
    Severity,
    Stage,
)

HOUR_S = 3600.0
BEGIN = 1_756_684_800.0  # Monday, 1 September 2025, 00:00 UTC
STEP_S = 600.0

ODD = st.one_of(
    st.floats(-100, 100),
    st.sampled_from([0.0, 1e300, -1e300, math.nan, math.inf, -math.inf, None]),
)
REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.integers(-2, 3),  # steps since the report before: late ones too
        st.dictionaries(st.sampled_from(["cpu_percent", "level", "disk_percent"]), ODD),
    ),
    max_size=40,
)


def history(seed: int, count: int = 130) -> list[Report]:
    """Enough for every device to be past its first readings."""
    rng = np.random.default_rng(seed)
    return [
        Report(
            name,
            BEGIN + k * STEP_S,
            {"cpu_percent": 30 + rng.normal(), "level": rng.normal(), "disk_percent": 40.0},
        )
        for k in range(count)
        for name in "abc"
    ]


def reports(drawn: list[tuple[str, int, dict[str, Any]]], begin: float) -> list[Report]:
    found, at = [], begin
    for name, steps, values in drawn:
        at += steps * STEP_S
        found.append(Report(name, at, values))
    return found


def told(engine: Engine, parts: Iterable[list[Report]]) -> list[Any]:
    """All that comes of it, in a form that can be compared to the bit."""
    found: list[Any] = []
    for part in parts:
        outcome = engine.feed(engine.batch(part))
        rows = zip(outcome.score, outcome.joint, outcome.together, strict=True)
        found += [tuple(map(float, row)) for row in rows]
        found.append(sorted(map(repr, outcome.deviations)))
    return found


def scores(found: list[Any]) -> list[Any]:
    return [one for one in found if isinstance(one, tuple)]


def deviations(found: list[Any]) -> list[str]:
    return sorted(one for part in found if isinstance(part, list) for one in part)


def whose(found: list[Any]) -> list[str]:
    return sorted(re.sub(r"number=\d+", "", one) for one in deviations(found))


def taught() -> Engine:
    engine = Engine()
    engine.feed(engine.batch(history(1)))
    engine.normal(["a", "b", "c"])
    return engine


@settings(max_examples=30, deadline=None)
@given(drawn=REPORTS, cuts=st.lists(st.integers(0, 40), max_size=5))
def test_fed_in_any_batch_sizes_the_result_is_the_same(
    drawn: list[tuple[str, int, dict[str, Any]]], cuts: list[int]
) -> None:
    whole = reports(drawn, BEGIN + 130 * STEP_S)
    edges = [0, *sorted(cuts), len(whole)]
    parts = [whole[a:b] for a, b in pairwise(edges)]
    at_once, cut = told(taught(), [whole]), told(taught(), parts)
    assert scores(at_once) == scores(cut)
    # Numbers are given in the order of telling, which follows the batches.
    assert whose(at_once) == whose(cut)


@settings(max_examples=20, deadline=None)
@given(drawn=REPORTS, cut=st.integers(0, 40))
def test_a_restart_at_any_point_changes_nothing(
    drawn: list[tuple[str, int, dict[str, Any]]], cut: int
) -> None:
    whole = reports(drawn, BEGIN + 130 * STEP_S)
    parts = [whole[:cut], whole[cut:]]
    engine = taught()
    first = told(engine, parts[:1])
    again = Engine.restore(engine.checkpoint(), engine.parameters)
    assert told(taught(), parts) == first + told(again, parts[1:])


def test_a_restart_while_first_readings_are_collected_changes_nothing() -> None:
    whole = history(3)
    engine = Engine()
    first = told(engine, [whole[:100]])
    again = Engine.restore(engine.checkpoint())
    assert told(Engine(), [whole[:100], whole[100:]]) == first + told(again, [whole[100:]])


@settings(max_examples=20, deadline=None)
@given(drawn=REPORTS, cut=st.integers(0, 40))
def test_what_comes_later_changes_no_verdict(
    drawn: list[tuple[str, int, dict[str, Any]]], cut: int
) -> None:
    whole = reports(drawn, BEGIN + 130 * STEP_S)
    before = scores(told(taught(), [whole[:cut]]))
    assert scores(told(taught(), [whole]))[: len(before)] == before


@settings(max_examples=20, deadline=None)
@given(drawn=REPORTS)
def test_neighbours_change_no_verdict(drawn: list[tuple[str, int, dict[str, Any]]]) -> None:
    whole = reports(drawn, BEGIN + 130 * STEP_S)
    mine = [one for one in whole if one.device_id == "a"]
    alone = Engine()
    alone.feed(alone.batch([one for one in history(1) if one.device_id == "a"]))
    alone.normal(["a"])
    together = scores(told(taught(), [whole]))
    rows = [k for k, one in enumerate(whole) if one.device_id == "a"]
    assert scores(told(alone, [mine])) == [together[k] for k in rows]


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


@pytest.mark.parametrize("value", [0.0, 7.5, 1e300, -1e300])
def test_a_constant_stream_is_not_worth_a_word(value: float) -> None:
    assert replayed([value] * 1000, "level") == []


def test_a_stream_of_nothing_is_not_worth_a_word() -> None:
    assert replayed([math.nan] * 500, "level") == []


def test_one_value_a_week_is_no_reason_to_speak() -> None:
    assert replayed(daily(200), "level", step_s=7 * 24 * HOUR_S) == []


def test_a_quiet_month_with_its_days_is_quiet() -> None:
    assert replayed(daily(30 * 144), "cpu_percent") == []


def test_nothing_is_said_before_enough_is_known() -> None:
    values = daily(140)
    values[120:] = [95.0] * 20
    engine = Engine()
    assert replayed(values, "cpu_percent", engine) == []
    assert engine.learned_hours("one") == pytest.approx(139 / 6)


def test_a_step_is_told_once_with_its_size_band_and_direction() -> None:
    values = daily(5 * 144)
    values[600:640] = [v + 40 for v in values[600:640]]
    (found,) = replayed(values, "cpu_percent")
    assert (found.kind, found.severity) == (Kind.STEP, Severity.WARNING)
    at = (found.detected_at - BEGIN) / STEP_S
    assert 600 <= at <= 603
    (metric,) = found.metrics
    assert metric.name == "cpu_percent"
    assert 30 < metric.size < 50
    assert metric.low < metric.usual < metric.high < metric.value
    assert metric.share == pytest.approx(1)
    assert metric.p < 1e-6


def test_a_step_the_harmless_way_is_not_told() -> None:
    values = daily(5 * 144)
    values[600:640] = [0.0] * 40
    assert replayed(values, "cpu_percent") == []


def test_a_single_spike_of_a_known_metric_is_not_told() -> None:
    values = daily(5 * 144)
    values[600] = values[650] = 100.0
    assert replayed(values, "cpu_percent") == []


def test_a_disk_that_fills_is_told_and_a_copied_file_is_not() -> None:
    rng = np.random.default_rng(5)
    quiet = 40 + np.cumsum(rng.normal(0.0005, 0.01, 8 * 144))
    copied = quiet + np.where(np.arange(8 * 144) > 1000, 12.0, 0.0)
    assert replayed(list(copied), "disk_percent") == []
    filling = quiet + np.maximum(np.arange(8 * 144) - 900, 0) * 0.08
    (found,) = replayed(list(filling), "disk_percent")
    assert found.kind is Kind.RAMP
    assert (found.detected_at - BEGIN) / HOUR_S - 150 < 4


def test_a_frozen_sensor_is_told_and_one_that_seldom_moves_is_not() -> None:
    values = daily(6 * 144)
    values[700:760] = [values[700]] * 60
    (found,) = replayed(values, "temperature_celsius")
    assert found.kind is Kind.FROZEN
    assert (found.detected_at - BEGIN) / STEP_S < 712
    slow = [50.0 + int(k / 30) % 7 for k in range(6 * 144)]
    assert replayed(slow, "humidity_percent") == []


def test_an_announced_change_may_move_a_level() -> None:
    values = daily(8 * 144)
    values[900:] = [v + 25 for v in values[900:]]
    assert len(replayed(values, "cpu_percent")) == 1
    engine = Engine()
    engine.feed(engine.batch([Report("one", BEGIN - STEP_S, {"cpu_percent": 30.0})]))
    engine.announce("one", BEGIN + 900 * STEP_S)
    assert replayed(values, "cpu_percent", engine) == []


def test_a_guard_rail_speaks_for_itself() -> None:
    engine = Engine()
    engine.enrol([DeviceSpec("one", "UTC", (MetricSpec("level", above=100.0),))])
    rng = np.random.default_rng(1)
    values = list(90 + rng.normal(0, 1, 300))
    values[200:] = list(np.array(values[200:]) + 12)
    found = replayed(values, "level", engine)
    assert found
    assert found[0].metrics[0].name == "level"


def test_a_device_that_falls_silent_is_told_once_and_when_it_is_back() -> None:
    engine = Engine()
    engine.feed(
        engine.batch(Report("one", BEGIN + k * STEP_S, {"level": float(k % 5)}) for k in range(200))
    )
    last = BEGIN + 199 * STEP_S
    assert engine.tick(last + STEP_S) == []
    (found,) = engine.tick(last + 4 * STEP_S)
    assert (found.kind, found.stage, found.start) == (Kind.SILENT, Stage.BEGUN, last + STEP_S)
    assert engine.tick(last + 9 * STEP_S) == []
    back = engine.feed(engine.batch([Report("one", last + 10 * STEP_S, {"level": 1.0})]))
    over = [one for one in back.deviations if one.kind is Kind.SILENT]
    assert [(one.number, one.stage) for one in over] == [(found.number, Stage.OVER)]


def test_a_late_report_is_counted_and_changes_nothing() -> None:
    engine = taught()
    kept = engine.checkpoint()
    outcome = engine.feed(engine.batch([Report("a", BEGIN, {"cpu_percent": 99.0})]))
    assert outcome.late == 1
    assert engine.checkpoint() == kept


def test_thousands_of_new_metrics_at_once_are_taken_in() -> None:
    engine = Engine()
    values = {f"metric {k}": float(k) for k in range(5000)}
    engine.feed(engine.batch([Report("a", BEGIN + k, values) for k in range(3)]))
    assert len(engine.stream_names) == 5000


def test_the_state_of_a_stream_is_small() -> None:
    engine = Engine()
    engine.enrol(
        DeviceSpec(str(k), "UTC", tuple(MetricSpec(f"m{m}") for m in range(10))) for k in range(100)
    )
    assert engine.state_bytes / 1000 <= 2048


def test_jitter_moves_every_number_but_the_hours_of_learning() -> None:
    usual, moved = Parameters(), Parameters().jittered(1)
    differing = [name for name in vars(usual) if getattr(usual, name) != getattr(moved, name)]
    assert set(vars(usual)) - set(differing) == {"learning_hours"}
    assert replace(moved) == Parameters().jittered(1)
    assert all(0.8 <= getattr(moved, n) / getattr(usual, n) <= 1.2 for n in differing)


def lively(count: int, step_s: float, seed: int = 3) -> list[float]:
    """A day's course, whatever the interval."""
    rng = np.random.default_rng(seed)
    hours = np.arange(count) * step_s / HOUR_S
    return list(30 + 10 * np.sin(hours * 2 * np.pi / 24) + rng.normal(0, 1, count))


@pytest.mark.parametrize("step_s", [60.0, 300.0, 600.0])
def test_a_short_busy_spell_is_not_told_and_a_long_one_is_at_any_interval(step_s: float) -> None:
    values = lively(int(50 * HOUR_S / step_s), step_s)
    at, hour = int(40 * HOUR_S / step_s), int(HOUR_S / step_s)
    short = list(values)
    short[at : at + hour // 6] = [v + 24 for v in short[at : at + hour // 6]]
    assert replayed(short, "cpu_percent", step_s=step_s) == []
    values[at : at + 2 * hour] = [v + 24 for v in values[at : at + 2 * hour]]
    (found,) = replayed(values, "cpu_percent", step_s=step_s)
    assert found.detected_at - (BEGIN + at * step_s) < 0.6 * HOUR_S


def test_a_strong_step_is_told_sooner_than_a_weak_one() -> None:
    def delay_s(height: float) -> float:
        values = lively(50 * 60, 60.0)
        values[2400:] = [v + height for v in values[2400:]]
        return replayed(values, "cpu_percent", step_s=60.0)[0].detected_at - BEGIN - 2400 * 60

    assert delay_s(60) < 5 * 60 < delay_s(24)


def test_a_device_that_often_loses_reports_is_not_silent_when_it_loses_some() -> None:
    rng = np.random.default_rng(7)
    engine, told_of = Engine(), []
    for k in range(3000):
        if rng.random() > 0.2 or k < 2:
            engine.feed(engine.batch([Report("one", BEGIN + k * 60.0, {"level": k % 7})]))
        told_of += engine.tick(BEGIN + k * 60.0 + 30)
    assert len(told_of) <= 1
    silent = next(k for k in range(3000, 3100) if engine.tick(BEGIN + k * 60.0))
    assert silent - 3000 < 20


def test_a_first_night_that_stood_still_is_unlearnt_within_days() -> None:
    rng = np.random.default_rng(2)
    hours = np.arange(12 * 144) / 6
    works = (hours % 24 > 10) & (hours % 24 < 20) & (hours > 24)
    values = np.where(works, 1300, 220) * rng.normal(1, 0.015, len(hours))
    found = replayed(list(values), "power_watts")
    assert all(one.detected_at < BEGIN + 6 * 24 * HOUR_S for one in found)


def test_a_machine_that_rests_may_cool_down_and_a_room_may_not() -> None:
    values = daily(6 * 144, height=1.0)
    values[700:] = [v - 15 for v in values[700:]]
    (found,) = replayed(values, "temperature_celsius")
    assert found.metrics[0].size < 0
    engine = Engine()
    metrics = (MetricSpec("temperature_celsius"), MetricSpec("power_watts"))
    engine.enrol([DeviceSpec("one", "UTC", metrics)])
    assert replayed(values, "temperature_celsius", engine) == []
    again = Engine.restore(engine.checkpoint())
    again.enrol([DeviceSpec("two", "UTC", metrics[::-1])])
    places = [again.stream(one, "temperature_celsius") for one in ("one", "two")]
    assert again.measures.down[again.meaning[places]].tolist() == [0, 0]
