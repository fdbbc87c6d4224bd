"""What is written down of a step gives the step again, and with it the same result."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homepot.ai.anomaly_detection.watching.found import Muted
from homepot.ai.anomaly_detection.watching.mind import Mind
from homepot.ai.anomaly_detection.watching.register import Fleet, Watched
from homepot.ai.anomaly_detection.watching.steps import Step
from homepot.fleet.types.logic import DeviceType, TypeMetric
from homepot.telemetry.following.service import Row

numbers = st.floats(allow_nan=True, allow_infinity=True)
rows = st.lists(
    st.tuples(
        st.integers(1, 2**31 - 1),
        st.floats(0, 4e9),
        st.integers(1, 1000),
        st.lists(numbers, min_size=1, max_size=4),
    ),
    max_size=8,
)


@given(rows=rows, left=st.lists(st.integers(1, 99), max_size=3), mute=st.booleans())
def test_a_step_comes_back_as_it_was(rows: list[Row], left: list[int], mute: bool) -> None:
    step = Step(12.5, rows, [(3, 4.5)], [1], [2], 0.25, mute, left)
    again = Step.unpacked(step.packed())
    assert [row[:3] for row in again.rows] == [row[:3] for row in rows]
    for mine, theirs in zip(again.rows, rows, strict=True):
        np.testing.assert_array_equal(mine[3], theirs[3])
    assert again.packed() == step.packed()


FLEET = Fleet({n: Watched(n, 1, 1 + n // 4, "UTC", "gateway") for n in range(1, 7)})


def made(start: int, end: int) -> list[Row]:
    """Ten minutes apart; one device goes wrong in the second day, another falls silent."""
    found = []
    for k in range(start, end):
        noise = np.random.default_rng(k)
        for n in FLEET.devices:
            if n == 5 and 250 <= k < 270:
                continue
            value = 30 + 5 * math.sin(k / 23) + noise.normal(0, 1)
            found.append((n, k * 600.0, 1, [value + (40 if n == 2 and 200 <= k < 230 else 0)]))
    return found


def fed(cuts: list[int], restarts: set[int]) -> list[tuple[object, ...]]:
    mind = Mind(FLEET)
    told: list[tuple[object, ...]] = []
    mind.sets = {1: ("cpu_percent",)}
    for start, end in zip([0, *cuts], [*cuts, 300], strict=True):
        for k in range(start, end):
            now = k * 600.0 + 30
            # A moment's reports may come in one step or in two.
            whole = made(k, k + 1)
            parts = [whole[:3], whole[3:]] if k in restarts else [whole]
            for part in parts:
                step = Step.unpacked(Step(now, part, silences_since=0.0).packed())
                told += [
                    (one.row, one.deviation.stage, one.deviation.kind, one.deviation.detected_at,
                     one.deviation.start, one.muted)
                    for one in mind.apply(step)
                ]  # fmt: skip
        sets = mind.sets
        mind = Mind.unpacked(*mind.packed(), FLEET)
        mind.sets = sets
    return told


@cache
def undisturbed() -> list[tuple[object, ...]]:
    return fed([], set())


@settings(max_examples=6, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 299), max_size=4, unique=True).map(sorted),
    restarts=st.sets(st.integers(100, 299), max_size=20),
)
def test_restarted_anywhere_and_cut_anyhow_it_finds_the_same(
    cuts: list[int], restarts: set[int]
) -> None:
    found = fed(cuts, restarts)
    assert found == undisturbed()
    assert {row for row, *_ in found} == {2, 5}


def test_what_nobody_can_read_is_no_trouble() -> None:
    mind = Mind(FLEET)
    mind.sets = {1: ("cpu_percent", "never_there")}
    values = [math.nan, math.inf, 1e300, -1e300, 5e-324, 0.0]
    for k in range(300):
        row = (1, k * 60.0, 1, [values[k % len(values)], math.nan])
        mind.apply(Step(k * 60.0 + 1, [row]))
    assert mind.learned_hours(1) == pytest.approx(299 / 60)


DISK = DeviceType(
    "gateway", "Gateway", True,
    {"disk_percent": TypeMetric("disk_percent", unit="%", warning_above=85.0,
                                range_low=0.0, range_high=100.0)},
)  # fmt: skip


def filled(per_hour: float) -> list[tuple[str, Muted | None, bool]]:
    """Two days of a disk that stands, then one at which it fills; what was said of it."""
    mind = Mind(Fleet({1: Watched(1, 1, 1, "UTC", "gateway")}, {(1, "gateway"): DISK}))
    mind.sets = {1: ("disk_percent",)}
    told = []
    for k in range(3 * 144):
        noise = np.random.default_rng(k).normal(0, 0.01)
        value = min(40 + noise + per_hour * max(k - 288, 0) / 6, 99.0)
        step = Step(k * 600.0 + 30, [(1, k * 600.0, 1, [value])])
        told += [(one.deviation.stage.value, one.muted, one.is_spoken) for one in mind.apply(step)]
    return told


def test_a_pace_that_is_not_known_yet_waits_and_a_disk_that_would_be_full_does_not() -> None:
    slow = filled(0.2)
    assert slow
    assert all(muted is Muted.LEARNING for _, muted, _ in slow)
    fast = filled(3.0)
    assert fast[0][1] is Muted.LEARNING
    assert any(muted is None for _, muted, _ in fast)
