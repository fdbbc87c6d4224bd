"""What a report says, in the names the product uses. No I/O."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

# The names of the metric registry, and the names of the wire.
METRICS = {
    "cpu_percent": "cpu_usage",
    "memory_percent": "memory_usage",
    "disk_percent": "disk_usage",
    "network_latency_ms": "network_latency_ms",
    "uptime_seconds": "uptime_seconds",
}


def latest_metrics(body: Mapping[str, Any] | None) -> dict[str, float | None]:
    """The metrics of a report under the names of the registry; null where it has none.

    >>> latest_metrics({"cpu_usage": 12.5})["cpu_percent"]
    12.5
    """
    return {name: (body or {}).get(said) for name, said in METRICS.items()}


def times(said: list[datetime | None], received: datetime) -> list[datetime]:
    """When each report of a batch was measured: as it says, else when it came.

    Those without a time of their own are set apart by a microsecond each, for a device has one
    report at one time.
    """
    return [moment or received + timedelta(microseconds=place) for place, moment in enumerate(said)]
