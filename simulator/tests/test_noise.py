import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot_simulator.noise import (
    DAY_US,
    HOUR_US,
    Spells,
    draw,
    normal,
    poisson,
    stream,
    uniform,
    wander,
)

TICKS = np.arange(200_000, dtype=np.int64)


def test_uniform_is_even() -> None:
    drawn = uniform(stream("a"), TICKS)
    counts, _ = np.histogram(drawn, bins=10, range=(0, 1))
    assert drawn.min() > 0
    assert drawn.max() < 1
    assert counts == pytest.approx(np.full(10, 20_000), rel=0.03)


def test_normal_has_mean_0_and_deviation_1_and_no_memory() -> None:
    drawn = normal(stream("a"), TICKS)
    assert abs(drawn.mean()) < 0.01
    assert drawn.std() == pytest.approx(1, abs=0.01)
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.01
    assert abs(np.corrcoef(drawn, normal(stream("b"), TICKS))[0, 1]) < 0.01


def test_wandering_is_slow_and_of_deviation_1() -> None:
    times = np.arange(0, 400 * DAY_US, HOUR_US, dtype=np.int64)
    drawn = wander(stream("a"), times, 12 * HOUR_US)
    assert drawn.std() == pytest.approx(1, abs=0.1)
    assert np.abs(np.diff(drawn)).max() < 1.5
    far = wander(stream("a"), times + 24 * HOUR_US, 12 * HOUR_US)
    assert abs(np.corrcoef(drawn, far)[0, 1]) < 0.1


def test_poisson_has_the_mean_it_was_given() -> None:
    for mean in (0.05, 0.8, 4.0):
        counts = poisson(uniform(stream("p", str(mean)), TICKS), np.full(len(TICKS), mean))
        assert counts.mean() == pytest.approx(mean, rel=0.03)
        assert counts.var() == pytest.approx(mean, rel=0.04)


def test_a_name_draws_one_number() -> None:
    assert draw(3, 9, 1, "till", "habit") == draw(3, 9, 1, "till", "habit")
    assert draw(3, 9, 1, "till", "habit") != draw(3, 9, 2, "till", "habit")
    assert all(3 < draw(3, 9, seed, "x") < 9 for seed in range(100))


@given(
    st.integers(0, 2**64 - 1),
    st.integers(1, 200).map(lambda days: days * DAY_US),
    st.floats(0, 0.99),
    st.lists(st.integers(0, 20_000 * DAY_US), min_size=1, max_size=30),
)
def test_every_moment_lies_in_one_spell(
    of: int, period: int, unevenness: float, moments: list[int]
) -> None:
    spells = Spells(of, period, unevenness)
    times = np.array(moments, np.int64)
    index, age = spells.at(times)
    assert (age >= 0).all()
    assert (spells.begin_us(index) <= times).all()
    assert (spells.begin_us(index + 1) > times).all()
    first = int(times[0])
    begun = spells.begun_within(first - period, first + period)
    assert (int(index[0]), first - int(age[0])) in begun or int(age[0]) > period
