"""What a report of an existing agent says, in the names the product uses. No I/O."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from homepot.telemetry.intake.batch import METRIC_NAME, VALUE_MAX

# The names of the wire, and the names of the metric registry.
METRICS = {
    "cpu_usage": "cpu_percent",
    "memory_usage": "memory_percent",
    "disk_usage": "disk_percent",
    "network_latency_ms": "network_latency_ms",
    "uptime_seconds": "uptime_seconds",
}
# What a report says about itself rather than about the device.
_ABOUT_THE_REPORT = frozenset({"collection_interval_seconds", "timestamp", "device_id", "site_id"})


def metrics_of(report: Mapping[str, Any]) -> dict[str, float]:
    """Every number of a report, those under `pos` and those nobody announced too.

    >>> metrics_of({"cpu_usage": 12.5, "pos": {"queue_depth": 3, "till": "A"}, "fan_rpm": 900})
    {'cpu_percent': 12.5, 'queue_depth': 3.0, 'fan_rpm': 900.0}
    """
    flat: dict[str, Any] = {}
    for name, value in report.items():
        flat |= value if name == "pos" and isinstance(value, Mapping) else {name: value}
    return {
        METRICS.get(name, name): float(value)
        for name, value in flat.items()
        if name not in _ABOUT_THE_REPORT and METRIC_NAME.fullmatch(name) and _is_number(value)
    }


def _is_number(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= VALUE_MAX
        and math.isfinite(value)
    )


def latest_metrics(
    rows: Iterable[tuple[datetime, list[str], list[float]]],
) -> dict[str, float | None]:
    """Of each metric of the wire the newest value there is; null where there is none.

    The rows come with the newest first; NaN is what a row did not report.
    """
    found: dict[str, float] = {}
    for _, metrics, values in rows:
        said = zip(metrics, values, strict=True)
        found = {name: value for name, value in said if not math.isnan(value)} | found
    return {name: found.get(name) for name in METRICS.values()}


def times(said: list[datetime | None], received: datetime) -> list[datetime]:
    """When each report of a batch was measured: as it says, else when it came.

    Those without a time of their own are set apart by a microsecond each, for a device has one
    report at one time.
    """
    return [moment or received + timedelta(microseconds=place) for place, moment in enumerate(said)]
