"""What came of an action: too early, chance, or more than that."""

import numpy as np

from homepot.ai.insights.effects import by_count, by_level


def test_it_is_too_early_until_a_week_is_over() -> None:
    early = by_count("incident", 9, 30, 0, 2)
    assert (early.verdict, early.words) == ("too_early", "Too early to say: 2 of 7 days.")
    assert (early.before, early.low) == (None, None)
    young = by_level("time offline", "h", [1.0] * 3, [0.0] * 10)
    assert young.verdict == "too_little_before"
    assert "3 of 7 days" in young.words


def test_few_incidents_prove_little() -> None:
    assert by_count("incident", 2, 30, 0, 10).verdict == "unclear"
    assert by_count("incident", 12, 30, 1, 30).verdict == "less"
    assert by_count("incident", 1, 30, 12, 30).verdict == "more"
    nothing = by_count("incident", 0, 30, 0, 30)
    assert (nothing.verdict, nothing.low) == ("nothing_to_compare", None)


def test_where_nothing_changed_it_is_seldom_said_to_have() -> None:
    """90 of 100 intervals hold what is true: 5 of 100 lie wholly on either side."""
    rng = np.random.default_rng(11)
    counts = [
        by_count("incident", int(rng.poisson(9)), 30, int(rng.poisson(9)), 30) for _ in range(400)
    ]
    assert sum(one.verdict in ("less", "more") for one in counts) <= 48
    levels = [
        by_level("level", "h", rng.normal(5, 1, 30).tolist(), rng.normal(5, 1, 10).tolist())
        for _ in range(400)
    ]
    said = sum(one.verdict in ("less", "more") for one in levels)
    assert 12 <= said <= 64


def test_a_change_of_level_is_found_with_its_size() -> None:
    rng = np.random.default_rng(2)
    before, after = rng.normal(6, 1, 30).tolist(), rng.normal(3, 1, 14).tolist()
    found = by_level("time offline", "h", before, after)
    assert found.verdict == "less"
    assert found.low is not None
    assert found.high is not None
    assert found.low < -3 < found.high < 0
    steady = by_level("time offline", "h", [2.0] * 10, [2.0] * 10)
    assert steady.verdict == "nothing_to_compare"
