"""How much what deviates matters on this device: a steady move counts by how near it comes to a
limit. Pure.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from homepot.ai.anomaly_detection.engine import (
    Deviation,
    Kind,
    MetricDeviation,
    MetricSpec,
    Severity,
)

# A move that is told is taken to have begun within so many hours; at that pace it goes on.
_BEGAN_WITHIN_H = 6.0
HORIZON_H = 24.0
# The pace of a disk is that of a whole week: of working days, of the weekend, of its clean-ups.
PACE_KNOWN_AFTER_S = 9 * 86_400.0


def nearness(metric: MetricDeviation, spec: MetricSpec) -> float:
    """How much of the room to the limit a steady move takes within a day, 1 at most. Where no limit
    is known, nothing is known against it.

    >>> spec = MetricSpec("disk_percent", "%", above=85.0)
    >>> ramp = MetricDeviation("disk_percent", Kind.RAMP, 1, 2.0, 45.0, 42.0, 41.0, 43.0, 1.0, 3.0)
    >>> nearness(ramp, spec), nearness(replace(ramp, value=80.0), spec)
    (0.2, 1.0)
    """
    up = metric.size >= 0
    limit = min(spec.above, spec.most) if up else max(spec.below, spec.least)
    room = limit - metric.value if up else metric.value - limit
    if room == float("inf") or room <= 0:
        return 1.0
    return min(1.0, abs(metric.size) * HORIZON_H / _BEGAN_WITHIN_H / room)


def may_wait(
    metrics: Iterable[MetricDeviation], spec_of: Callable[[str], MetricSpec], known_s: float
) -> bool:
    """Whether all there is moves steadily, on a device that is not known for long enough to tell
    that from its usual pace, and nothing of it would come to a limit within a day.
    """
    found = list(metrics)
    return (
        bool(found)
        and known_s < PACE_KNOWN_AFTER_S
        and all(m.kind is Kind.RAMP and nearness(m, spec_of(m.name)) < 1 for m in found)
    )


def weighed(one: Deviation, spec_of: Callable[[str], MetricSpec], critical: float) -> Deviation:
    """The same with what each metric has of it, the largest part first, and how severe that is."""
    if not any(m.kind is Kind.RAMP for m in one.metrics):
        return one
    weights = [
        m.strength * (nearness(m, spec_of(m.name)) if m.kind is Kind.RAMP else 1.0)
        for m in one.metrics
    ]
    whole = sum(weights) or 1.0
    found = sorted(
        (replace(m, strength=w, share=w / whole)
         for m, w in zip(one.metrics, weights, strict=True)),
        key=lambda m: -m.share,
    )  # fmt: skip
    severity = one.severity
    if severity is Severity.CRITICAL and max(weights) < critical:
        severity = Severity.WARNING
    return replace(one, metrics=tuple(found), kind=found[0].kind, severity=severity)
