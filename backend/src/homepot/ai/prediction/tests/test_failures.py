"""The chance of a failure, on machines whose failures are known."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from homepot.ai.prediction.failures.calibration import expected_error, scale_of
from homepot.ai.prediction.failures.chances import (
    FAILURES_NEEDED,
    Model,
    Parameters,
    chances,
    rows_of,
    teach,
)
from homepot.ai.prediction.failures.days import Days, Failure, features, names_of
from homepot.ai.prediction.failures.limited import nearest_limits
from homepot.ai.prediction.limits import Limit

TAUGHT, WHOLE = 150, 210
QUICK = Parameters(rounds=40, rate=0.1)


@cache
def machines(seed: int = 1, count: int = 30, signs: bool = True) -> Days:
    """Each fails every 40 to 80 days; what it does in the ten days before shows it."""
    random = np.random.default_rng(seed)
    means = random.normal(3, 0.1, (count, WHOLE, 1)).astype(np.float32)
    failures = []
    for machine in range(count):
        at = float(random.uniform(0, 60))
        while at < WHOLE:
            failures.append(Failure(machine, at, at + 0.5))
            ago = at - np.arange(WHOLE)
            if signs:
                worn = (ago > 0) & (ago < 10)
                means[machine, worn, 0] += (10 - ago[worn]) * 0.4
            at += float(random.uniform(40, 80))
    above, below = np.full((count, 1), 7.1), np.full((count, 1), np.nan)
    return Days(["vibration_mm_s"], means, above, below, failures)


def until(days: Days, end: int) -> Days:
    known = [one for one in days.failures if one.begin < end]
    return replace(days, means=days.means[:, :end], failures=known)


@cache
def taught() -> Model:
    model = teach(until(machines(), TAUGHT), QUICK)
    assert model is not None
    return model


def test_what_is_about_to_fail_is_told_with_its_reasons() -> None:
    days, soon, late = machines(), [], []
    for day in range(TAUGHT, WHOLE - 7, 3):
        told, reasons = chances(taught(), until(days, day + 1), day)
        assert (np.diff(told, axis=1) >= 0).all(), "within more days it is never less"
        for machine in range(days.devices):
            ahead = [one.begin - day - 1 for one in days.failures if one.device == machine]
            left = min((one for one in ahead if one > 0), default=99.0)
            if left < 5:
                soon.append(told[machine, 0])
                assert reasons[machine], "a chance that is high has a reason"
            elif left > 20:
                late.append(told[machine, 0])
    assert np.mean(soon) > 0.8
    assert np.mean(late) < 0.1


def test_chances_come_true_as_often_as_they_say() -> None:
    days = machines()
    told, came = [], []
    for day in range(TAUGHT, WHOLE - 7, 2):
        found, _ = chances(taught(), until(days, day + 1), day)
        told += found[:, 0].tolist()
        came += [
            any(one.device == k and 0 < one.begin - day - 1 <= 7 for one in days.failures)
            for k in range(days.devices)
        ]
    assert expected_error(np.array(told), np.array(came)) < 0.08
    assert max(taught().measured.errors[:2]) < 0.08


def test_where_nothing_shows_the_bare_rate_is_told() -> None:
    days = machines(signs=False, seed=4)
    model = teach(until(replace(days, means=days.means * 0 + 3), TAUGHT), QUICK)
    assert model is not None
    hidden = replace(model, trees=None)
    told, reasons = chances(hidden, days, TAUGHT)
    assert (told == told[0]).all()
    assert 0.05 < told[0, 0] < 0.3
    assert reasons[0] == []


def test_readings_with_something_wrong_have_a_chance_all_the_same() -> None:
    days = until(machines(), TAUGHT)
    means = days.means.copy()
    means[0] = np.nan
    means[1, :-1] = np.nan
    means[2, -30:-5] = np.nan
    means[3, -40:] = 3.0
    told, reasons = chances(taught(), replace(days, means=means), TAUGHT - 1)
    assert len(told) == len(reasons) == days.devices
    assert np.isfinite(told).all()
    assert ((told >= 0) & (told <= 1)).all()
    assert (np.diff(told, axis=1) >= 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_what_comes_later_changes_no_earlier_chance(seed: int) -> None:
    random = np.random.default_rng(seed)
    days = machines()
    day = int(random.integers(TAUGHT, WHOLE - 10))
    means = days.means.copy()
    means[:, day + 1 :] = random.choice([0.0, 1e6, np.nan], means[:, day + 1 :].shape)
    later = [
        Failure(int(random.integers(days.devices)), float(random.uniform(day + 1.01, WHOLE)), WHOLE)
        for _ in range(30)
    ]
    known = [one for one in days.failures if one.begin <= day + 1]
    other = replace(days, means=means, failures=known + later)
    at = np.arange(days.devices), np.full(days.devices, day)
    assert np.array_equal(features(days, *at), features(other, *at), equal_nan=True)
    first, second = (chances(taught(), one, day) for one in (days, other))
    assert (first[0] == second[0]).all()
    assert first[1] == second[1]


def test_a_model_is_what_it_was_taught_whenever_it_is_taught() -> None:
    again = teach(until(machines(), TAUGHT), QUICK)
    assert again == taught()


def test_too_few_failures_teach_nothing() -> None:
    days = until(machines(), TAUGHT)
    assert teach(replace(days, failures=days.failures[: FAILURES_NEEDED - 1]), QUICK) is None
    alone = [one for one in machines(count=30).failures if one.device < 2]
    assert teach(replace(days, failures=alone * 6), QUICK) is None


def some_days(failures: Sequence[Failure], mends: Sequence[tuple[int, float]] = ()) -> Days:
    nothing = np.full((1, 1), np.nan)
    return Days(["a"], np.ones((1, 100, 1), np.float32), nothing, nothing, failures, mends)


def row(days: Days, day: int) -> tuple[list[bool], list[bool]]:
    rows = rows_of(days)
    (place,) = np.flatnonzero(rows.day == day)
    return rows.seen[place].tolist(), rows.failed[place].tolist()


def test_a_course_counts_for_what_was_seen_of_it() -> None:
    days = some_days([Failure(0, 50, 55)])
    assert row(days, 9) == ([True, True, True], [False, False, False])
    assert row(days, 30) == ([True, True, True], [False, False, True])
    assert row(days, 39) == ([True, True, False], [False, True, False])
    assert row(days, 45) == ([True, False, False], [True, False, False])
    # While it has failed it cannot fail.
    assert 52 not in rows_of(days).day
    # Of the days that are not over nothing is known, though a failure in them were.
    assert row(some_days([Failure(0, 99, 99)]), 95)[0] == [False, False, False]
    # Somebody repaired it before: what would have come is not known.
    mended = some_days([Failure(0, 50, 55)], [(0, 44.0)])
    assert row(mended, 39) == ([False, False, False], [False, False, False])
    assert row(mended, 30) == ([True, False, False], [False, False, False])


def brute(values: NDArray[np.float32], day: int, window: int) -> tuple[float, float]:
    at = np.arange(max(day + 1 - window, 0), day + 1)
    some = values[at]
    at, some = at[np.isfinite(some)], some[np.isfinite(some)]
    if not len(some):
        return np.nan, np.nan
    slope = np.polyfit(at, some, 1)[0] if len(some) > 1 else np.nan
    return float(np.mean(some, dtype=np.float64)), float(slope)


def test_features_are_what_they_say_with_days_missing() -> None:
    random = np.random.default_rng(3)
    means = random.normal(1000, 2, (3, 60, 1)).astype(np.float32)
    means[random.random(means.shape) < 0.3] = np.nan
    above, below = np.full((3, 1), 1010.0), np.full((3, 1), 950.0)
    days = Days(["a"], means, above, below, [Failure(0, 20.0, 21.0)])
    names = names_of(["a"])
    for device, day in ((0, 5), (1, 40), (2, 59)):
        found = dict(
            zip(names, features(days, np.array([device]), np.array([day]))[0], strict=True)
        )
        week, slope = brute(means[device, :, 0], day, 7)
        month, _ = brute(means[device, :, 0], day, 28)
        assert found["a:moved_in_four_weeks"] == pytest.approx(week - month, abs=1e-6)
        assert found["a:pace_7"] == pytest.approx(slope, abs=1e-6, nan_ok=True)
        now, _ = brute(means[device, :, 0], day, 1)
        room = np.fmin(1010 - now, now - 950)
        assert found["a:room"] == pytest.approx(room, abs=1e-6, nan_ok=True)
    late = features(days, np.array([0, 0]), np.array([10, 30]))[:, names.index("since_failure")]
    assert np.isnan(late[0])
    assert late[1] == 11


def test_limits_are_those_that_are_reached_first() -> None:
    some = [
        Limit("a", "warning_above", 80, "", ""), Limit("a", "critical_above", 90, "", ""),
        Limit("b", "warning_below", 20, "", ""), Limit("b", "critical_below", 10, "", ""),
        Limit("c", "warning_above", 1, "", ""),
    ]  # fmt: skip
    above, below = nearest_limits([some, []], ["a", "b"])
    assert above[0, 0] == 80
    assert below[0, 1] == 20
    assert np.isnan([above[0, 1], below[0, 0], *above[1], *below[1]]).all()


def test_a_scale_sets_right_what_was_told_too_high() -> None:
    random = np.random.default_rng(0)
    true = random.uniform(0.02, 0.6, 4000)
    came = random.random(4000) < true
    told = np.clip(true * 1.6, 0, 1)
    scale = scale_of(told, came)
    assert expected_error(scale(told), came) < 0.03 < expected_error(told, came)
    kept = scale_of(true[:3], came[:3], prior=1e6)
    assert kept.shift == pytest.approx(0, abs=1e-3)
    assert kept.slope == pytest.approx(1, abs=1e-3)
