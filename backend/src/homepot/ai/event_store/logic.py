"""Events as the plan has them, and what the newest readings say. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.fleet.events.logic import Severity
from homepot.fleet.timeline.logic import Entry
from homepot.fleet.types.logic import TypeMetric


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened with a device."""

    device_id: str
    event: str
    value: float | None
    timestamp: datetime
    kind: str
    severity: Severity
    title: str

    def plain(self) -> dict[str, Any]:
        """As the plan writes it."""
        return {
            "device_id": self.device_id,
            "event": self.event,
            "value": self.value,
            "timestamp": self.timestamp.isoformat(),
        }


def of_entry(device_id: str, entry: Entry) -> Event:
    return Event(
        device_id, entry.name, entry.value, entry.at, entry.kind, entry.severity, entry.title
    )


def beyond_limits(
    device_id: str, at: datetime, values: Mapping[str, float], metrics: Mapping[str, TypeMetric]
) -> list[Event]:
    """Of the newest readings those beyond a limit of the device's type, the worst first."""
    found = [
        event
        for name, value in sorted(values.items())
        if (metric := metrics.get(name)) and (event := _beyond(device_id, at, metric, value))
    ]
    return sorted(found, key=lambda one: one.severity != "critical")


def _beyond(device_id: str, at: datetime, metric: TypeMetric, value: float) -> Event | None:
    rungs: Sequence[tuple[Severity, str, float | None, bool]] = (
        ("critical", "above", metric.critical_above, True),
        ("critical", "below", metric.critical_below, False),
        ("warning", "above", metric.warning_above, True),
        ("warning", "below", metric.warning_below, False),
    )
    for severity, side, limit, is_upper in rungs:
        if limit is not None and (value > limit if is_upper else value < limit):
            unit = f" {metric.unit}" if metric.unit else ""
            title = f"{metric.name} is {value:g}{unit}, {severity} {side} {limit:g}{unit}"
            name = f"{metric.name}_{'high' if is_upper else 'low'}"
            return Event(device_id, name, value, at, "reading", severity, title)
    return None
