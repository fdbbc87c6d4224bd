"""The forecast of a wear, on courses whose end is known."""

from dataclasses import replace

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


def week_of(stream: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same, of a device that reports since a week."""
    return np.where(HOURS - 7 * 24 <= AT, stream, np.nan)


def bounded(seed: int, high: float = 2.0) -> NDArray[np.float64]:
    """What lies near 0 most of the time, as packets lost or requests that fail."""
    return np.abs(np.random.default_rng(seed).normal(0, 0.05 * high, HOURS))


@pytest.mark.parametrize("hours", [1, 2, 5])
@pytest.mark.parametrize("ago", [0, 1, 3, 6, 9])
def test_an_excursion_of_hours_is_no_wear_while_it_lasts_nor_after_it(hours: int, ago: int) -> None:
    last = HOURS - ago
    there = (last - hours <= AT) & (last > AT)
    streams = [bounded(seed) + there * height for seed in range(4) for height in (3, 8, 25)]
    found = of(*streams, *map(week_of, streams), limit=30)
    assert not found.told(P).any()


def test_an_excursion_that_still_rises_is_no_wear_in_its_first_hours() -> None:
    rising = bounded(1) + np.clip(AT - (HOURS - 5), 0, None) * 4
    assert not of(rising, week_of(rising), limit=40).told(P).any()


def test_what_bounces_back_is_no_wear_when_it_rises_again() -> None:
    saw = (
        5 + np.where(AT % 100 < 36, AT % 100, 0) / 36 * 12
    )  # every 100 hours; the last began 20 h ago
    lengths = np.abs(np.random.default_rng(4).normal(0, 1, HOURS)).cumsum() % 14
    found = of(saw + noise(1), week_of(saw + noise(2)), 5 + lengths + noise(3), limit=30)
    assert not found.told(P).any()


def test_what_was_as_high_before_and_came_back_is_told_less() -> None:
    def wave(begin: int) -> NDArray[np.float64]:
        """Up for three days, back within half a day."""
        since = AT - begin
        return 12 * np.clip(np.minimum(since / 72, (84 - since) / 12), 0, None)

    now = 10 + wave(HOURS - 40)
    again = np.array([now + wave(HOURS - 190) + noise(seed, 0.6) for seed in range(20)])
    limits = np.full((len(again), 1), 28.0)
    strict = forecast(again, SLOTS, limits, P).told(P)[:, 0]
    anyhow = replace(P, past_excursions=0.0)
    loose = forecast(again, SLOTS, limits, anyhow).told(anyhow)[:, 0]
    assert strict.sum() < loose.sum()
    assert strict.mean() <= 0.15


def test_a_trend_that_is_long_for_the_noise_but_short_for_the_way_is_not_told() -> None:
    bent = 50 + 2 * np.clip((AT - (HOURS - 160)) / 160, 0, None) ** 3 + noise(2, 0.02)
    assert not of(bent, week_of(bent)).told(P).any()


def test_no_course_is_drawn_on_for_longer_than_the_device_was_seen_allows() -> None:
    slow = week_of(50 + AT / HOURS * 20 + noise(1, 0.02))  # 4.7 in its week: three weeks are told
    assert not of(slow, limit=95).told(P).any()
    assert of(slow, limit=76).told(P).all()


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


def cleared(every: int, away: float, rate: float) -> NDArray[np.float64]:
    """Rises by `rate` a day for ten days, and each `every` hours a clean-up takes `away`."""
    return 50 + np.clip(AT - (HOURS - 240), 0, None) / 24 * rate - (AT // every) * away + noise(3)


def test_clean_ups_that_come_again_and_again_are_expected_to_go_on() -> None:
    every, away, rate = 96, 3.0, 3.0
    stream = cleared(every, away, rate)
    stream += (HOURS // every) * away  # at the end all of them are taken away already
    found = of(stream, limit=95)
    net = rate - away * 24 / every
    truth = (95 - stream[-6:].mean()) / net * 24
    without = (95 - stream[-6:].mean()) / rate * 24
    assert found.told(P)[0, 0]
    assert abs(found.crosses[0, 0] - truth) < abs(found.crosses[0, 0] - without)
    assert found.lower[0, 0] < truth < found.upper[0, 0]


def test_a_clean_up_that_takes_little_away_does_not_end_a_wear() -> None:
    worn = course(300, 24)
    once = worn - 5 * (HOURS - 40 <= AT)
    found = of(worn, once)
    assert found.told(P)[:, 0].all()
    assert abs(found.onset[1] - 300) < 75, "it began before the clean-up"
