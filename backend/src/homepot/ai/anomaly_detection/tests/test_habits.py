"""Metrics that nobody knows the meaning of: judged by what they are like themselves."""

import numpy as np
import pytest

from homepot.ai.anomaly_detection.engine import (
    Batch,
    Deviation,
    DeviceSpec,
    Engine,
    Kind,
    MetricSpec,
    Stage,
)
from homepot.ai.anomaly_detection.tests.test_harmless import BEGIN, STEP_S, daily, replayed

DAY = 144
NAME = "zorb_wumps"
WEEK = BEGIN + 7 * DAY * STEP_S  # until then it is not sure that something has no home


def kept(values: list[float], name: str = NAME) -> list[Kind]:
    return [one.kind for one in replayed(values, name)]


def filling(days: int, seed: int = 3) -> np.ndarray:
    """A store: a little more each day, now and then cleaned up, to one decimal."""
    rng = np.random.default_rng(seed)
    level = 40 + np.arange(days * DAY) * 0.4 / DAY + np.cumsum(rng.normal(0, 0.005, days * DAY))
    for at in range(5 * DAY, days * DAY, 5 * DAY):
        level[at + 31 :] -= 9
    return np.round(level, 1)


def test_a_store_nobody_knows_is_cleaned_up_in_peace_and_told_where_it_fills() -> None:
    values = filling(20)
    assert [one.kind for one in replayed(list(values), NAME) if one.detected_at > WEEK] == []
    faster = values + np.maximum(np.arange(len(values)) - 13 * DAY, 0) * 0.08
    told = replayed(list(np.round(faster[: 13 * DAY + 60], 1)), NAME)
    (found,) = [one for one in told if one.detected_at > WEEK]
    assert found.kind is Kind.RAMP
    assert 13 * DAY < (found.detected_at - BEGIN) / STEP_S < 13 * DAY + 50


def test_a_counter_nobody_knows_may_begin_again() -> None:
    values = np.arange(12 * DAY) * STEP_S
    values[1300:] -= values[1300]
    assert [one for one in replayed(list(values), NAME) if one.detected_at > WEEK] == []


def test_what_stood_still_while_it_was_measured_is_measured_anew() -> None:
    """A shop whose device came in the evening: all of its first readings are none."""
    rng = np.random.default_rng(9)
    hours = (20 + np.arange(14 * DAY) / 6) % 24
    values = rng.poisson(np.where((hours > 14.5) & (hours < 22), 6.0, 0.0))
    assert kept([float(one) for one in values]) == []


def test_what_wears_slowly_is_told_of_a_metric_nobody_knows() -> None:
    values = np.array(daily(14 * DAY, height=1.0))
    worn = values + np.clip((np.arange(len(values)) - 10 * DAY) / DAY, 0, 2) * 4
    assert kept(list(values)) == []
    assert Kind.DRIFT in kept(list(worn))


def test_what_counts_down_to_none_tells_how_busy_a_site_is() -> None:
    engine = Engine()
    engine.enrol([DeviceSpec("one", "UTC", (MetricSpec(NAME), MetricSpec("wumps_zorb")))])
    rng = np.random.default_rng(4)
    hours = np.arange(6 * DAY) / 6 % 24
    counted = rng.poisson(np.where((hours > 8) & (hours < 20), 20.0, 0.0))
    parts = rng.normal(20, 3, len(hours))
    batch = Batch(
        np.zeros(len(hours), np.intp),
        BEGIN + np.arange(len(hours), dtype=np.float64) * STEP_S,
        np.repeat(np.arange(len(hours)), 2), np.tile(np.arange(2), len(hours)),
        np.column_stack([counted, parts]).ravel().astype(np.float64),
    )  # fmt: skip
    busy = [float(one) for part in engine.feed(batch).busy for one in part.seen]
    # Of the two the one in whole numbers says how busy the site is.
    assert len(busy) > 4 * DAY
    assert set(busy) <= set(counted.tolist())


def _together(metrics: int, devices: int, shared: float, seed: int = 1) -> list[Deviation]:
    """Two days, every ten seconds, of metrics that follow one load or each its own."""
    rng, engine, told = np.random.default_rng(seed), Engine(), []
    names = tuple(MetricSpec(f"zorb{k}") for k in range(metrics))
    engine.enrol(DeviceSpec(f"d{k}", "UTC", names) for k in range(devices))
    share, rows, part = np.exp(-10 / 1800), 2 * 8640, 720
    weights = rng.uniform(0.5, 1.5, (devices, metrics))
    load = np.zeros(devices)
    for begin in range(0, rows, part):
        loads = np.empty((part, devices))
        for k in range(part):
            load = share * load + np.sqrt(1 - share**2) * rng.normal(size=devices)
            loads[k] = load
        noise = rng.normal(0, 0.3 + (1 - shared), (part, devices, metrics))
        values = 10 + shared * loads[:, :, None] * weights + noise
        count = part * devices
        found = engine.feed(
            Batch(
                np.tile(np.arange(devices), part),
                np.repeat(BEGIN + 10.0 * (begin + np.arange(part, dtype=np.float64)), devices),
                np.repeat(np.arange(count), metrics),
                np.tile(np.arange(devices * metrics), part), values.ravel(),
            )
        )  # fmt: skip
        told += [one for one in found.deviations if one.stage is Stage.BEGUN]
    return told


@pytest.mark.parametrize("metrics", [5, 20, 60])
def test_many_metrics_of_one_load_are_one(metrics: int) -> None:
    """Each of ten devices told of itself about once a day where each metric counted by itself."""
    assert len(_together(metrics, 10, 1.0)) <= 4


def test_metrics_that_know_nothing_of_each_other_are_many() -> None:
    assert len(_together(20, 10, 0.0)) <= 3
