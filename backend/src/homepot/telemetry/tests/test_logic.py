import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homepot.telemetry.logic import latest_metrics, metrics_of, times

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("report", "metrics"),
    [
        ({"cpu_usage": 1, "memory_usage": 2, "disk_usage": 3.5}, (1.0, 2.0, 3.5)),
        ({"cpu_usage": 1, "memory_usage": None, "disk_usage": "3"}, (1.0, None, None)),
    ],
)
def test_the_names_of_the_wire_become_those_of_the_registry(
    report: dict[str, Any], metrics: tuple[float | None, ...]
) -> None:
    names = ("cpu_percent", "memory_percent", "disk_percent")
    found = metrics_of(report)
    assert tuple(found.get(name) for name in names) == metrics


def test_what_is_no_number_of_the_device_is_left_out() -> None:
    report = {
        "device_id": "a",
        "timestamp": "2026-11-21T10:00:00Z",
        "collection_interval_seconds": 30,
        "is_open": True,
        "Loud": 5,
        "huge": 10**400,
        "odd": math.inf,
        "pos": {"transaction_count": 4, "cashier": "A", "deep": {"x": 1}},
        "fan_rpm": 900,
    }
    assert metrics_of(report) == {"transaction_count": 4.0, "fan_rpm": 900.0}


def test_the_newest_value_of_each_metric_is_the_latest() -> None:
    rows = [
        (NOW, ["cpu_percent"], [9.0]),
        (NOW - timedelta(seconds=30), ["cpu_percent", "disk_percent"], [5.0, 70.0]),
    ]
    latest = latest_metrics(rows)
    assert latest["cpu_percent"] == 9.0
    assert latest["disk_percent"] == 70.0
    assert latest["memory_percent"] is None
    assert set(latest_metrics([]).values()) == {None}


def test_reports_without_a_time_of_their_own_stay_apart() -> None:
    earlier = NOW - timedelta(minutes=1)
    assert times([None, earlier, None], NOW) == [NOW, earlier, NOW + timedelta(microseconds=2)]
