"""How long something lasts is never below zero."""

import math

import numpy as np

from homepot.fleet.types.catalogue import shipped
from homepot.fleet.types.logic import Metric
from homepot.telemetry.intake.batch import Batch
from homepot.telemetry.intake.durations import NEGATIVE, Durations, without_negative

REGISTRY = [
    *shipped().metrics.values(),
    Metric("wait", unit="minutes"),
    Metric("clock_offset", unit="s", range_low=-3600),
    Metric("plain"),
]
DURATIONS = Durations.of(REGISTRY)


def batch_of(metrics: list[str], *rows: list[float], **units: str) -> Batch:
    many = len(rows)
    return Batch(
        ["a"],
        metrics,
        np.zeros(many, dtype=np.int64),
        np.arange(many),
        np.array(rows, dtype=np.float64),
        np.arange(many) + 10,
        units=units,
    )


def refused(batch: Batch) -> dict[int, str]:
    kept = without_negative(batch, DURATIONS)
    assert len(kept) + len(kept.rejected) == len(batch)
    return {one.index: one.reason for one in kept.rejected}


def test_metrics_of_a_unit_of_time_are_durations_unless_their_range_says_otherwise() -> None:
    assert {"uptime_seconds", "network_latency_ms", "wait"} == DURATIONS.known
    assert {"clock_offset"} == DURATIONS.differences


def test_a_row_with_a_negative_duration_is_named_with_its_metric_and_the_others_stay() -> None:
    batch = batch_of(
        ["temperature_celsius", "uptime_seconds", "wait"],
        [-5.0, 0.0, 1.0],
        [1.0, -5.0, -1.0],
        [-1.0, math.nan, -0.5],
        [-1.0, math.nan, -0.0],
    )
    assert refused(batch) == {11: f"uptime_seconds {NEGATIVE}", 12: f"wait {NEGATIVE}"}


def test_a_unit_of_time_that_the_sender_says_counts_at_once() -> None:
    assert refused(batch_of(["spin_up"], [-1.0])) == {}
    assert refused(batch_of(["spin_up"], [-1.0], spin_up="s")) == {10: f"spin_up {NEGATIVE}"}
    assert refused(batch_of(["clock_offset"], [-1.0], clock_offset="s")) == {}
