"""Which thresholds and limits hold for a device: shipped, of its type, its own. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

from homepot.fleet.types.logic import TypeMetric

Status = Literal["healthy", "warning", "critical"]
# {metric: {limit: value, or none to take the type's away}}
Limits = Mapping[str, Mapping[str, float | None]]
LIMITS = ("warning_above", "critical_above", "warning_below", "critical_below")


@dataclass(frozen=True)
class Thresholds:
    """From `healthy` on a device is healthy; below `warning` it is critical."""

    healthy: float = 0.8
    warning: float = 0.4

    def status(self, score: float) -> Status:
        """
        >>> [Thresholds().status(score) for score in (0.8, 0.79, 0.4, 0.39)]
        ['healthy', 'warning', 'warning', 'critical']
        """
        if score >= self.healthy:
            return "healthy"
        return "critical" if score < self.warning else "warning"


class Source(StrEnum):
    SHIPPED = "shipped"
    TYPE = "type"
    DEVICE = "device"


@dataclass(frozen=True)
class Ladder:
    """All thresholds there are; the nearest to a device holds."""

    # by device type; the empty name is for all others
    shipped: Mapping[str, Thresholds] = field(default_factory=dict)
    of_types: Mapping[tuple[int, str], Thresholds] = field(default_factory=dict)
    of_devices: Mapping[int, Thresholds] = field(default_factory=dict)
    limits: Mapping[int, Limits] = field(default_factory=dict)

    def of_type(self, tenant_id: int, kind: str) -> tuple[Thresholds, Source]:
        """
        >>> Ladder({"": Thresholds(0.7)}).of_type(1, "gateway")[0].healthy
        0.7
        """
        said = self.of_types.get((tenant_id, kind))
        if said is not None:
            return said, Source.TYPE
        return self.shipped.get(kind, self.shipped.get("", Thresholds())), Source.SHIPPED

    def of(self, tenant_id: int, kind: str, device_row: int) -> tuple[Thresholds, Source]:
        said = self.of_devices.get(device_row)
        return (said, Source.DEVICE) if said is not None else self.of_type(tenant_id, kind)


def with_limits(metric: TypeMetric, said: Mapping[str, float | None]) -> TypeMetric:
    """The metric as one device has it.

    >>> with_limits(TypeMetric("a", warning_above=5.0), {"critical_above": 9.0}).critical_above
    9.0
    """
    known: dict[str, Any] = {name: value for name, value in said.items() if name in LIMITS}
    return replace(metric, **known) if known else metric
