"""Which devices are watched, and what is known of them: taken anew from the fleet. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from homepot.ai.anomaly_detection.engine import DeviceSpec, MetricSpec
from homepot.ai.anomaly_detection.engine.meaning import meaning_of
from homepot.ai.thresholds.logic import Ladder, with_limits
from homepot.fleet.types.logic import DeviceType, TypeMetric


@dataclass(frozen=True)
class Watched:
    """One device at work, by its row."""

    row: int
    tenant_id: int
    site_row: int
    zone: str
    type: str
    interval_s: int | None = None


@dataclass(frozen=True)
class Fleet:
    devices: Mapping[int, Watched]
    # what each tenant says of each of its device types
    types: Mapping[tuple[int, str], DeviceType] = field(default_factory=dict)
    ladder: Ladder = field(default_factory=Ladder)

    def metric(self, row: int, name: str) -> MetricSpec:
        device = self.devices.get(row)
        kind = self.types.get((device.tenant_id, device.type)) if device else None
        known = kind.metrics.get(name) if kind else None
        limits = self.ladder.limits.get(row, {}).get(name)
        if limits:
            known = with_limits(known or TypeMetric(name), limits)
        return spec_of(known) if known else MetricSpec(name)

    def spec(self, row: int) -> DeviceSpec:
        device = self.devices.get(row)
        return DeviceSpec(str(row), device.zone if device else "UTC")

    def site_of(self, row: int) -> int:
        """0 for a device that is no longer watched."""
        device = self.devices.get(row)
        return device.site_row if device else 0

    def says_otherwise(self, before: "Fleet") -> bool:
        """Whether something that an engine was told of its devices has changed since."""
        if any(self.types.get(key) != kind for key, kind in before.types.items()):
            return True
        limits, limited = self.ladder.limits, before.ladder.limits
        if any(limits.get(row) != limited.get(row) for row in before.devices):
            return True
        moved = (self.devices.get(row) for row in before.devices)
        return any(
            now is not None
            and (now.zone, now.type, now.site_row) != (was.zone, was.type, was.site_row)
            for now, was in zip(moved, before.devices.values(), strict=True)
        )


def spec_of(metric: TypeMetric) -> MetricSpec:
    """The guard-rail that comes first on each side. A direction of `none` in the registry says
    that nobody said one, where the name of the metric has a meaning of its own."""
    above = [v for v in (metric.warning_above, metric.critical_above) if v is not None]
    below = [v for v in (metric.warning_below, metric.critical_below) if v is not None]
    said = metric.direction.value
    return MetricSpec(
        metric.name,
        metric.unit,
        None if said == "none" and meaning_of(metric.name, metric.unit).known else said,
        min(above, default=float("inf")),
        max(below, default=float("-inf")),
        float("-inf") if metric.range_low is None else metric.range_low,
        float("inf") if metric.range_high is None else metric.range_high,
    )
