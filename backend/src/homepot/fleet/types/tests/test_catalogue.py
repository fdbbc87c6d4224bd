"""What is shipped, held against the words the wire promises."""

import pytest

from homepot.fleet.types.catalogue import shipped
from homepot.fleet.types.logic import Direction, Kind, check_metric, metric_name_problem

PROMISED_TYPES = [
    "pos_terminal",
    "iot_sensor",
    "industrial_controller",
    "gateway",
    "tablet",
    "server",
    "unknown",
]
PROMISED_METRICS = {
    "cpu_percent",
    "memory_percent",
    "disk_percent",
    "network_latency_ms",
    "error_rate",
    "transaction_count",
    "transaction_volume",
    "active_connections",
    "queue_depth",
    "uptime_seconds",
    "temperature_celsius",
    "packet_loss_percent",
    "vibration_mm_s",
    "power_watts",
    "humidity_percent",
    "battery_percent",
}


def test_the_promised_types_and_metrics_are_shipped() -> None:
    assert list(shipped().types) == PROMISED_TYPES
    assert shipped().metrics.keys() >= PROMISED_METRICS


@pytest.mark.parametrize("metric", shipped().metrics.values(), ids=lambda metric: metric.name)
def test_every_shipped_metric_is_whole(metric) -> None:  # type: ignore[no-untyped-def]
    assert metric_name_problem(metric.name) is None
    assert metric.label
    assert metric.range_low is not None
    assert metric.range_high is not None
    check_metric(metric, "catalogue")


def test_limits_stand_on_the_side_that_is_bad() -> None:
    for device_type in shipped().types.values():
        for metric in device_type.metrics.values():
            if metric.direction is Direction.UP_IS_BAD:
                assert metric.warning_below is metric.critical_below is None, metric
            if metric.direction is Direction.DOWN_IS_BAD:
                assert metric.warning_above is metric.critical_above is None, metric


def test_a_type_may_say_a_metric_anew() -> None:
    plain = shipped().metrics["temperature_celsius"]
    of_till = shipped().types["pos_terminal"].metrics["temperature_celsius"]
    assert (plain.range_high, plain.direction) == (150, Direction.BOTH)
    assert (of_till.range_high, of_till.direction) == (110, Direction.UP_IS_BAD)
    assert of_till.unit == plain.unit == "°C"
    assert shipped().metrics["uptime_seconds"].kind is Kind.COUNTER
