"""What is read out of a checkpoint is what the engine itself goes by."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from homepot.ai.anomaly_detection.engine import Deviation, Engine, Parameters, Report
from homepot.ai.anomaly_detection.engine.expected import Expectations

BEGIN = 1_756_684_800.0  # Monday, 1 September 2025, 00:00 UTC
STEP_S = 600.0
DAYS = 12
METRIC = "temperature_celsius"


def _warmth(at: float) -> float:
    """Ten degrees more at noon than at midnight."""
    return 20.0 - 10 * math.cos(2 * math.pi * (at % 86400) / 86400)


def _learnt() -> tuple[Engine, float]:
    engine, rng = Engine(), np.random.default_rng(7)
    moments = [BEGIN + k * STEP_S for k in range(int(DAYS * 86400 / STEP_S))]
    said = [Report("a", at, {METRIC: _warmth(at) + rng.normal() / 3}) for at in moments]
    engine.feed(engine.batch(said))
    return engine, moments[-1]


@pytest.fixture(scope="module")
def learnt() -> tuple[bytes, float]:
    engine, end = _learnt()
    return engine.checkpoint(), end


def test_it_follows_the_hours(learnt: tuple[bytes, float]) -> None:
    kept, end = learnt
    at = np.arange(end - 86400, end, 1800.0)
    band = Expectations.of(kept, Parameters()).band("a", METRIC, at)
    assert band is not None
    seen = np.array([_warmth(one) for one in at])
    assert (np.abs(band.usual - seen) < 2).all()
    assert ((band.low < seen) & (seen < band.high)).all()
    night = np.argmin(seen)
    assert band.high[night] < seen.max()


def test_it_is_what_a_deviation_is_told_against(learnt: tuple[bytes, float]) -> None:
    kept, end = learnt
    engine = Engine.restore(kept)
    told: Sequence[Deviation] = []
    at = end
    while not told and at < end + 6 * 3600:
        at += STEP_S
        before = Expectations.of(engine.checkpoint(), Parameters()).band(
            "a", METRIC, np.array([at])
        )
        told = engine.feed(engine.batch([Report("a", at, {METRIC: 60.0})])).deviations
    assert told
    assert before is not None
    (metric,) = told[0].metrics
    assert before.usual[0] == pytest.approx(metric.usual, abs=1.0)
    # Beside its own hour, the neighbours' are usual too.
    assert before.high[0] >= metric.high - 1.0
    assert before.high[0] < metric.value


def test_what_is_not_known_has_no_band(learnt: tuple[bytes, float]) -> None:
    known = Expectations.of(learnt[0], Parameters())
    assert known.band("b", METRIC, np.array([BEGIN])) is None
    assert known.band("a", "humidity_percent", np.array([BEGIN])) is None
    fresh = Engine()
    fresh.feed(fresh.batch([Report("a", BEGIN, {METRIC: 20.0})]))
    few = Expectations.of(fresh.checkpoint(), Parameters())
    assert few.band("a", METRIC, np.array([BEGIN])) is None
    assert few.metrics_of("a") == [METRIC]
