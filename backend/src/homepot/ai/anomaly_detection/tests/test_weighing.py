"""What of a device's trouble weighs most, and how it is written down."""

from dataclasses import replace

import pytest

from homepot.ai.anomaly_detection.engine import (
    Deviation,
    Kind,
    MetricDeviation,
    MetricSpec,
    Severity,
    Stage,
)
from homepot.ai.anomaly_detection.watching.anomaly import joined, metrics_of
from homepot.ai.anomaly_detection.watching.silence import Heard, Quiet, verdict_of
from homepot.ai.anomaly_detection.watching.weighing import PACE_KNOWN_AFTER_S, may_wait, weighed

DISK = MetricSpec("disk_percent", "%", above=85.0, least=0.0, most=100.0)
VIBRATION = MetricSpec("vibration_mm_s", "mm/s", above=7.1, least=0.0, most=100.0)
SPECS = {one.name: one for one in (DISK, VIBRATION)}
FILLS = MetricDeviation("disk_percent", Kind.RAMP, 0.75, 2.3, 49.8, 47.1, 46.7, 47.5, 1.0, 3.1)
WEARS = MetricDeviation("vibration_mm_s", Kind.DRIFT, 0.25, 0.5, 3.4, 2.9, 2.5, 3.3, 1e-3, 1.2)


def trouble(*metrics: MetricDeviation) -> Deviation:
    return Deviation(
        1, "1", Stage.BEGUN, Severity.CRITICAL, 10.0, 0.0, None, 1.0, metrics, metrics[0].kind
    )


def told(one: Deviation) -> Deviation:
    return weighed(one, SPECS.__getitem__, 3.0)


def test_a_steady_move_far_from_its_limit_is_neither_critical_nor_the_first() -> None:
    found = told(trouble(FILLS, WEARS))
    assert [m.name for m in found.metrics] == ["vibration_mm_s", "disk_percent"]
    assert sum(m.share for m in found.metrics) == pytest.approx(1)
    assert (found.severity, found.kind) == (Severity.WARNING, Kind.DRIFT)


def test_a_steady_move_that_reaches_its_limit_within_a_day_is_critical_still() -> None:
    found = told(trouble(replace(FILLS, value=80.0, usual=77.0), WEARS))
    assert found.severity is Severity.CRITICAL
    assert found.metrics[0].name == "disk_percent"


def test_what_is_critical_without_a_steady_move_stays_so() -> None:
    worn = replace(WEARS, strength=3.5)
    assert told(trouble(worn)) == trouble(worn)
    assert told(trouble(FILLS, worn)).severity is Severity.CRITICAL


def test_shares_of_metrics_that_joined_later_are_of_the_whole() -> None:
    first = joined([], metrics_of(told(trouble(FILLS)), SPECS))
    both = joined(first, metrics_of(told(trouble(WEARS)), SPECS))
    assert [row["name"] for row in both] == ["vibration_mm_s", "disk_percent"]
    assert sum(row["share"] for row in both) == pytest.approx(1, abs=1e-5)


def test_nothing_is_expected_that_a_metric_cannot_be() -> None:
    busy = MetricDeviation("disk_percent", Kind.STEP, 1.0, 40.0, 60.0, 8.0, -11.0, 104.0, 1e-3)
    [row] = metrics_of(trouble(busy), SPECS)
    assert (row["low"], row["usual"], row["high"]) == (0.0, 8.0, 100.0)


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [
        (Heard(120, 100.0), "silent"),
        # its own deadline is later
        (Heard(600, 600.0), "wait"),
        # it was heard meanwhile: readings that are late
        (Heard(120, 210.0), "wait"),
        # a reading is stored to which detection has not come yet
        (Heard(120, 100.0, None, 150.0), "wait"),
        # its heart beats, and it has not been measured for a while
        (Heard(120, 310.0, 190.0), "wait"),
        # another device of its site fell silent with it
        (Heard(120, 190.0, None, None, in_company=True), "wait"),
        (Heard(120, 100.0, None, None, in_company=True), "silent"),
        # connectivity has never heard of it: its readings alone speak
        (Heard(120), "silent"),
    ],
)
def test_what_stays_away_is_a_silence_only_when_nothing_else_was_heard(
    heard: Heard, verdict: str
) -> None:
    assert verdict_of(Quiet(1, 0.0, 84.0), heard, 200.0) == verdict


def test_a_device_that_is_heard_for_long_without_readings_is_not_measured() -> None:
    assert verdict_of(Quiet(1, 0.0, 84.0), Heard(120, 400.0, 280.0), 300.0) == "unmeasured"


def test_a_steady_move_waits_until_its_pace_is_known_unless_it_would_be_full_within_a_day() -> None:
    young, old = PACE_KNOWN_AFTER_S - 1, PACE_KNOWN_AFTER_S

    def waits(*metrics: MetricDeviation, known_s: float = young) -> bool:
        return may_wait(metrics, SPECS.__getitem__, known_s)

    assert waits(FILLS)
    assert not waits(FILLS, known_s=old)
    assert not waits(replace(FILLS, value=80.0))
    assert not waits(FILLS, WEARS)
    assert not waits()
