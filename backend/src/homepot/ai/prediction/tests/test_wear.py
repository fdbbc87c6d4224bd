"""The forecast of a wear, on courses whose end is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from homepot.ai.prediction.wear.forecast import Forecasts, forecast
from homepot.ai.prediction.wear.parameters import Parameters
from homepot.ai.prediction.wear.season import slots_of

HOURS = 30 * 24
SLOTS = slots_of(np.arange(HOURS))
AT = np.arange(HOURS, dtype=np.float64)
P = Parameters()


def noise(seed: int, spread: float = 0.1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, spread, HOURS)


def course(onset: int, rate: float, bend: float = 1.0, seed: int = 0) -> NDArray[np.float64]:
    """From `onset` hours before the end on; `rate` is what it has grown by at the end."""
    worn = np.clip(AT - (HOURS - onset), 0, None) / onset
    return 50 + rate * worn**bend + noise(seed)


def of(*streams: NDArray[np.float64], limit: float = 85.0) -> Forecasts:
    limits = np.full((len(streams), 1), limit)
    return forecast(np.array(streams), SLOTS, limits, P)


@pytest.mark.parametrize(("onset", "rate", "bend"), [(240, 24, 1.0), (200, 20, 1.5), (96, 25, 1.0)])
def test_a_wear_is_told_with_when_it_reaches_the_limit(
    onset: int, rate: float, bend: float
) -> None:
    found = of(course(onset, rate, bend))
    truth = onset * (35 / rate) ** (1 / bend) - onset
    assert found.told(P)[0, 0]
    assert abs(found.crosses[0, 0] - truth) < 0.15 * truth + 2
    assert found.lower[0, 0] < truth < found.upper[0, 0]
    assert abs(found.onset[0] - onset) < 0.25 * onset


def test_the_interval_holds_the_truth_about_nine_times_in_ten() -> None:
    random = np.random.default_rng(7)
    streams, truths = [], []
    for seed in range(120):
        onset, bend = int(random.integers(96, 300)), float(random.choice([0.9, 1.0, 1.3, 1.8]))
        rate = float(random.uniform(12, 28))
        streams.append(course(onset, rate, bend, seed))
        truths.append(onset * (35 / rate) ** (1 / bend) - onset)
    found, truth = of(*streams), np.array(truths)
    told = found.told(P)[:, 0]
    assert told.sum() > 100
    inside = (found.lower[:, 0] <= truth) & (truth <= found.upper[:, 0])
    assert inside[told].mean() > 0.85


def test_what_is_no_wear_is_not_told() -> None:
    day = 50 + 8 * np.sin(2 * np.pi * AT / 24) + noise(1, 0.5)
    step = 50 + 20 * (AT > HOURS - 100) + noise(2)
    stopped = course(240, 24, seed=3).copy()
    stopped[-72:] = 62 + noise(4)[-72:]
    mended = course(300, 30, seed=5).copy()
    mended[-60:] = 50 + noise(9)[-60:]
    cleared = 50 + (AT % 168) / 168 * 3 + noise(6)
    wandering = 50 + np.cumsum(np.random.default_rng(8).normal(0, 0.15, HOURS))
    constant = np.full(HOURS, 50.0)
    found = of(day, step, stopped, mended, cleared, wandering, constant)
    assert not found.told(P).any()


def test_a_step_does_not_hide_a_wear() -> None:
    found = of(course(220, 22, seed=1) + 12 * (HOURS - 400 > AT))
    truth = 220 * 35 / 22 - 220
    assert found.told(P)[0, 0]
    assert abs(found.crosses[0, 0] - truth) < 0.15 * truth


def test_with_a_season_the_highest_hour_of_a_day_reaches_the_limit() -> None:
    found = of(course(220, 22) + 4 * np.sin(2 * np.pi * AT / 24))
    ahead = np.arange(1, 400)
    swing = 4 * np.sin(2 * np.pi * (HOURS + ahead) / 24)
    truth = int(ahead[72 + ahead * 0.1 + swing >= 85][0])
    assert found.told(P)[0, 0]
    assert abs(found.crosses[0, 0] - truth) < 0.15 * truth


def test_gaps_of_days_and_an_hour_of_data_are_survived() -> None:
    gaps = course(240, 24)
    gaps[-200:-120] = np.nan
    gaps[100:300] = np.nan
    hour = np.full(HOURS, np.nan)
    hour[-1] = 60
    nothing = np.full(HOURS, np.nan)
    found = of(gaps, hour, nothing)
    assert found.told(P)[:, 0].tolist() == [True, False, False]
    assert found.enough.tolist() == [True, False, False]
    assert found.known.tolist()[1:] == [1, 0]


def test_a_limit_below_is_told_by_the_negative_of_both() -> None:
    fallen = 100 - course(240, 24)
    limits = -np.array([[15.0]])
    found = forecast(-fallen[None], SLOTS, limits, P)
    assert found.told(P)[0, 0]
    assert abs(found.crosses[0, 0] - 240 * 35 / 24 + 240) < 15


def test_a_stream_has_a_forecast_for_each_of_its_limits() -> None:
    limits = np.array([[85.0, 95.0], [85.0, np.nan]])
    found = forecast(np.array([course(240, 24), course(240, 24)]), SLOTS, limits, P)
    assert found.crosses[0, 0] < found.crosses[0, 1]
    assert np.isnan(found.crosses[1, 1])
    assert not found.told(P)[1, 1]


def test_one_stream_says_nothing_of_another() -> None:
    alone = of(course(240, 24))
    among = of(course(240, 24), 50 + noise(3), course(100, 10, seed=4))
    assert alone.crosses[0, 0] == pytest.approx(among.crosses[0, 0], rel=1e-3)
