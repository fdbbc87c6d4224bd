"""The limits of a device's metrics: which way each lies, and which ones are still to come. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from homepot.fleet.types.logic import TypeMetric


@dataclass(frozen=True)
class Limit:
    """`sign` is 1 where too much is bad and -1 where too little is: times it, a limit is above."""

    metric: str
    name: str  # warning_above ...
    value: float
    unit: str
    label: str

    @property
    def sign(self) -> int:
        return 1 if self.name.endswith("above") else -1

    @property
    def severity(self) -> str:
        return self.name.split("_")[0]

    def reached(self, value: float) -> bool:
        return self.sign * value >= self.sign * self.value


LIMITS = ("warning_above", "critical_above", "warning_below", "critical_below")


def limits_of(metrics: Mapping[str, TypeMetric]) -> list[Limit]:
    """All that these metrics have, the milder first.

    >>> limits_of({"disk_percent": TypeMetric("disk_percent", critical_above=95.0)})[0].severity
    'critical'
    """
    return [
        Limit(name, limit, value, metric.unit, metric.label or name)
        for name, metric in metrics.items()
        for limit in LIMITS
        if (value := getattr(metric, limit)) is not None
    ]
