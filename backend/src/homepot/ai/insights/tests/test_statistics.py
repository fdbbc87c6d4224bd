"""The tests that insights rest on, against SciPy and by simulation."""

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from homepot.ai.insights.statistics import (
    Stratum,
    binomial_interval,
    binomial_tail,
    common_cause,
    discoveries,
    t_quantile,
)


@pytest.mark.parametrize(("count", "of", "chance"), [(0, 5, 0.3), (3, 9, 0.04), (9, 9, 0.5)])
def test_a_tail_is_that_of_scipy(count: int, of: int, chance: float) -> None:
    assert binomial_tail(count, of, chance) == pytest.approx(stats.binom.sf(count - 1, of, chance))


@pytest.mark.parametrize(("count", "of"), [(0, 4), (1, 7), (5, 9), (12, 12), (40, 300)])
def test_an_interval_is_that_of_scipy(count: int, of: int) -> None:
    exact = stats.binomtest(count, of).proportion_ci(0.9, "exact")
    assert binomial_interval(count, of, 0.9) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_one_stratum_is_the_test_of_fisher() -> None:
    for size, marked, struck, both in ((20, 8, 8, 7), (9, 3, 3, 3), (60, 12, 9, 4)):
        table = [[both, marked - both], [struck - both, size - marked - struck + both]]
        expected = stats.fisher_exact(table, alternative="greater").pvalue
        assert common_cause([Stratum(size, marked, struck, both)]) == pytest.approx(expected)


def test_a_type_that_fails_more_is_no_cause_within_types() -> None:
    """All tills have the firmware and all have trouble; among gateways it makes no difference."""
    gateways = Stratum(20, 10, 4, 2)
    together = Stratum(30, 20, 14, 12)
    assert common_cause([gateways]) > 0.4
    assert common_cause([together]) < 0.05
    twice = common_cause([Stratum(20, 8, 8, 7), Stratum(10, 4, 4, 4)])
    assert twice < common_cause([Stratum(20, 8, 8, 7)])


def test_quantiles_are_those_of_scipy() -> None:
    for freedom in (1, 2, 3, 7, 8, 30, 101):
        for chance in (0.5, 0.9, 0.95, 0.995):
            expected = stats.t.ppf(chance, freedom)
            assert t_quantile(chance, freedom) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_discoveries_are_those_of_scipy() -> None:
    chances = np.random.default_rng(7).random(60) ** 3
    expected = stats.false_discovery_control(chances) <= 0.05
    assert discoveries(chances.tolist(), 0.05) == expected.tolist()
    assert discoveries([], 0.05) == []
