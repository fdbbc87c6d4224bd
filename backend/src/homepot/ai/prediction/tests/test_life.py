"""How much longer units live, on units that were made to wear out."""

from dataclasses import replace

import numpy as np
import pytest

from homepot.ai.prediction.life.conditions import Conditions
from homepot.ai.prediction.life.features import drift_features
from homepot.ai.prediction.life.model import Life, Parameters, Unit

FEW = Parameters(rounds=60, rate=0.1, models=1, neighbours=400)


def unit(number: int, cut: int = 0, modes: int = 1) -> Unit:
    """Two streams move faster and faster towards the end; a third is at rest."""
    random = np.random.default_rng(number)
    life = int(random.integers(130, 240))
    part = np.arange(1, life + 1) / life
    mode = random.integers(0, modes, life)
    settings = np.stack([10.0 * mode + random.normal(0, 0.01, life), np.full(life, 100.0)], axis=1)
    wear = np.expm1(3 * part) / np.expm1(3)
    streams = np.stack(
        [
            500 + 80 * mode + 5 * wear + random.normal(0, 0.4, life),
            20 - 9 * mode - 3 * wear + random.normal(0, 0.3, life),
            np.full(life, 7.0),
        ],
        axis=1,
    )
    keep = life - cut
    return Unit(number, settings[:keep], streams[:keep])


@pytest.fixture(scope="module")
def life() -> Life:
    return Life.taught([unit(number) for number in range(40)], FEW)


def test_units_that_were_cut_off_are_told_how_much_is_left(life: Life) -> None:
    cuts = [int(one) for one in np.random.default_rng(5).integers(5, 100, 60)]
    told = [life.predict(unit(100 + n, cut)) for n, cut in enumerate(cuts)]
    left = np.array([one[0][-1] for one in told])
    lower, upper = (np.array([one[k][-1] for one in told]) for k in (1, 2))
    error = np.sqrt(np.mean((left - cuts) ** 2))
    assert error < 0.6 * np.std(cuts)
    assert np.mean((lower <= cuts) & (cuts <= upper)) > 0.8
    assert (lower <= left).all()
    assert (left <= upper).all()


def test_six_conditions_cost_little_against_one(life: Life) -> None:
    """As many as a machine of the air works under: each moves every stream far more than wear."""
    many = Life.taught([unit(number, modes=6) for number in range(40)], FEW)
    assert len(many.conditions) == 6
    cuts = [int(one) for one in np.random.default_rng(5).integers(5, 100, 60)]

    def error(taught: Life, modes: int) -> float:
        told = [taught.predict(unit(100 + n, cut, modes))[0][-1] for n, cut in enumerate(cuts)]
        return float(np.sqrt(np.mean((np.array(told) - cuts) ** 2)))

    assert error(many, 6) < 1.25 * error(life, 1)
    # Without the settings, the conditions drown the wear.
    blind = [replace(one, settings=0 * one.settings) for one in map(six, range(40))]
    assert len(Life.taught(blind, FEW).conditions) == 1


def six(number: int) -> Unit:
    return unit(number, modes=6)


def test_what_comes_later_changes_nothing_before(life: Life) -> None:
    whole = unit(77)
    short = Unit(77, whole.settings[:90], whole.streams[:90])
    for first, second in zip(life.predict(whole), life.predict(short), strict=True):
        assert (first[:90] == second).all()


def test_conditions_are_found_from_settings_that_the_streams_follow() -> None:
    units = [unit(number, modes=3) for number in range(8)]
    settings = np.vstack([one.settings for one in units])
    streams = np.vstack([one.streams for one in units])
    found = Conditions.of(settings, streams)
    assert len(found) == 3
    told = found.normalised(settings, streams)
    assert told.shape[1] == 2, "a stream that never moves says nothing"
    assert abs(told.mean()) < 1e-9
    # Without the conditions, wear would be lost in what they do to a stream.
    assert (
        np.corrcoef(told[: len(units[0].streams), 0], np.arange(len(units[0].streams)))[0, 1] > 0.7
    )


def test_a_setting_that_only_wavers_tells_no_conditions() -> None:
    random = np.random.default_rng(2)
    settings = np.round(random.normal(0, 0.0002, (3000, 2)), 4)
    found = Conditions.of(settings, random.normal(0, 1, (3000, 4)))
    assert len(found) == 1


def test_features_look_only_back() -> None:
    streams = np.random.default_rng(1).normal(0, 1, (120, 3))
    assert np.allclose(drift_features(streams)[:70], drift_features(streams[:70]))
