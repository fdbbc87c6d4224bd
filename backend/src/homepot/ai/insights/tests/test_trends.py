"""What moves is found, what only wobbles is not: by simulation with fixed seeds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from homepot.ai.insights.trends import DAYS_NEEDED, trends

DAYS = 30
WEEK = 5 * np.sin(2 * np.pi * np.arange(DAYS) / 7)


def wobbling(streams: int, near: float, seed: int = 3) -> NDArray[np.float64]:
    """Days that resemble the day before by so much, on a weekly rhythm."""
    noise = np.random.default_rng(seed).normal(size=(streams, DAYS + 50))
    found = np.zeros_like(noise)
    for day in range(1, noise.shape[1]):
        found[:, day] = near * found[:, day - 1] + noise[:, day]
    days: NDArray[np.float64] = found[:, 50:] + WEEK
    return days


@pytest.mark.parametrize("near", [0.0, 0.3, 0.6])
def test_what_only_wobbles_is_no_trend(near: float) -> None:
    found = trends(wobbling(2_000, near))
    assert found.tested == 2_000
    assert len(found.moving) <= 10


def test_what_moves_is_found_with_its_pace_and_nothing_else() -> None:
    values = wobbling(300, 0.2)
    values[:40] += 8 * np.arange(DAYS) / (DAYS - 1)
    values[40:80] -= 8 * np.arange(DAYS) / (DAYS - 1)
    found = {one.stream: one for one in trends(values).moving}
    assert sum(stream < 80 for stream in found) >= 60
    assert sum(stream >= 80 for stream in found) <= 6
    assert np.median([found[n].per_day for n in found if n < 40]) == pytest.approx(8 / 29, rel=0.15)
    assert all(found[n].per_day < 0 for n in found if 40 <= n < 80)


def test_holes_are_left_out_and_too_few_days_are_not_tested() -> None:
    values = np.full((4, DAYS), np.nan)
    values[0] = WEEK + 2 * np.arange(DAYS)
    values[0, 5:9] = np.nan
    values[1, -(DAYS_NEEDED - 1) :] = np.arange(DAYS_NEEDED - 1)
    values[2] = 7.0
    found = trends(values)
    assert [one.stream for one in found.moving] == [0]
    assert found.moving[0].per_day == pytest.approx(2)
    assert (found.tested, found.too_short) == (2, 1)
    nothing = trends(np.empty((0, DAYS)))
    assert (nothing.moving, nothing.tested) == ([], 0)


def test_later_days_do_not_reach_into_an_earlier_window() -> None:
    """The window is all there is: what comes after it cannot change what was said of it."""
    values = wobbling(50, 0.2)
    values[:5] += np.arange(DAYS)
    before = trends(values)
    later = np.concatenate([values, np.full((50, 10), 99.0)], axis=1)
    assert trends(later[:, :DAYS]) == before
