"""What a metric is, what a type of device reports, and how a tenant's word changes both.

Three sources, the later one wins field by field: the catalogue's metrics, the catalogue's
types, the tenant's own words. Pure decisions over plain values.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

from homepot.core.errors import BadInput

METRIC_NAME_LENGTH_MAX = 128
METRICS_OF_TYPE_MAX = 200
_METRIC_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}")
METRIC_NAME_RULE = (
    f"a metric's name has 1 to {METRIC_NAME_LENGTH_MAX} of the characters A-Z a-z 0-9 _ . : -"
    " and starts with a letter or _"
)


class Kind(StrEnum):
    GAUGE = "gauge"
    COUNTER = "counter"
    RATIO = "ratio"


class Direction(StrEnum):
    UP_IS_BAD = "up_is_bad"
    DOWN_IS_BAD = "down_is_bad"
    BOTH = "both"
    NONE = "none"


class Origin(StrEnum):
    SHIPPED = "shipped"
    DECLARED = "declared"
    DISCOVERED = "discovered"


@dataclass(frozen=True)
class Metric:
    """One entry of the registry, as it holds for a tenant."""

    name: str
    label: str = ""
    unit: str = ""
    kind: Kind = Kind.GAUGE
    range_low: float | None = None
    range_high: float | None = None
    direction: Direction = Direction.NONE


@dataclass(frozen=True)
class TypeMetric(Metric):
    """A metric as a type of device reports it, with its guard-rails."""

    warning_above: float | None = None
    critical_above: float | None = None
    warning_below: float | None = None
    critical_below: float | None = None


@dataclass(frozen=True)
class DeviceType:
    name: str
    label: str
    shipped: bool
    metrics: Mapping[str, TypeMetric] = field(default_factory=dict)
    # the tenant's own words, as they were given: what stands in metrics beyond the catalogue
    changed: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    label_changed: bool = False


METRIC_FIELDS = tuple(f.name for f in fields(Metric) if f.name != "name")
TYPE_METRIC_FIELDS = tuple(f.name for f in fields(TypeMetric) if f.name != "name")


def metric_name_problem(name: str) -> str | None:
    """Why this can be no metric's name, or None."""
    return None if _METRIC_NAME.fullmatch(name) else METRIC_NAME_RULE


def readable(name: str) -> str:
    """A metric that nobody gave a label, as it can be read in a sentence.

    >>> readable("queue_length"), readable("oilPressure"), readable("pool.size:max")
    ('queue length', 'oil pressure', 'pool size max')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"[^A-Za-z0-9]+", " ", spaced).strip().lower() or name


def effective_metric(name: str, shipped: Metric | None, own: Mapping[str, Any]) -> Metric:
    """The shipped metric (or a plain gauge) with what the tenant said of it."""
    base = shipped or Metric(name)
    said = {key: value for key, value in own.items() if key in METRIC_FIELDS and value is not None}
    return replace(base, **_spelled(said))


def effective_type(
    name: str,
    shipped: DeviceType | None,
    label: str | None,
    changed: Mapping[str, Mapping[str, Any] | None],
    registry: Mapping[str, Metric],
) -> DeviceType:
    """The type as it holds for a tenant. A metric whose change is None is left out."""
    metrics = dict(shipped.metrics) if shipped else {}
    for metric_name, change in changed.items():
        if change is None:
            metrics.pop(metric_name, None)
            continue
        base = metrics.get(metric_name) or of_metric(
            registry.get(metric_name) or Metric(metric_name)
        )
        known = {key: value for key, value in change.items() if key in TYPE_METRIC_FIELDS}
        metrics[metric_name] = replace(base, **_spelled(known))
    return DeviceType(
        name=name,
        label=label or (shipped.label if shipped else name),
        shipped=shipped is not None,
        metrics=metrics,
        changed=changed,
        label_changed=label is not None,
    )


def of_metric(metric: Metric) -> TypeMetric:
    """The metric as a type starts with it: no guard-rails yet."""
    return TypeMetric(**{f.name: getattr(metric, f.name) for f in fields(Metric)})


def _spelled(values: Mapping[str, Any]) -> dict[str, Any]:
    kinds: dict[str, type[StrEnum]] = {"kind": Kind, "direction": Direction}
    return {key: kinds[key](value) if key in kinds else value for key, value in values.items()}


def check_metric(metric: Metric, at: str) -> None:
    """Refuse a metric whose numbers contradict each other."""
    low, high = metric.range_low, metric.range_high
    if low is not None and high is not None and low >= high:
        problem = f"range_low ({low:g}) must be below range_high ({high:g})"
        raise BadInput(problem, at=f"{at}.range_low")
    if isinstance(metric, TypeMetric):
        _check_limits(metric, at)


def _check_limits(metric: TypeMetric, at: str) -> None:
    # in the order in which they must lie on the scale, with what each is called
    ladder = [
        ("range_low", metric.range_low),
        ("critical_below", metric.critical_below),
        ("warning_below", metric.warning_below),
        ("warning_above", metric.warning_above),
        ("critical_above", metric.critical_above),
        ("range_high", metric.range_high),
    ]
    steps = [(name, value) for name, value in ladder if value is not None]
    for (lower, low), (upper, high) in pairwise(steps):
        if low > high:
            problem = f"{lower} ({low:g}) must not lie above {upper} ({high:g})"
            limit = upper if lower.startswith("range") else lower
            raise BadInput(problem, at=f"{at}.{limit}")
    if metric.warning_below is not None and metric.warning_below == metric.warning_above:
        problem = "warning_below and warning_above must differ, or every value is outside"
        raise BadInput(problem, at=f"{at}.warning_below")


def check_type(device_type: DeviceType) -> None:
    """Refuse a type as a whole: its names, its size, and the numbers of each metric."""
    if len(device_type.metrics) > METRICS_OF_TYPE_MAX:
        problem = f"a type has at most {METRICS_OF_TYPE_MAX} metrics"
        raise BadInput(problem, at="body.metrics")
    for name, metric in device_type.metrics.items():
        at = f"body.metrics.{name}"
        if wrong := metric_name_problem(name):
            raise BadInput(wrong, at="body.metrics")
        check_metric(metric, at)


def accepted_names(names: Iterable[str]) -> list[str]:
    """The names in order, each once; refused as a whole where one breaks the rule."""
    unique = sorted(set(names))
    for name in unique:
        if metric_name_problem(name):
            raise BadInput(f"{name[:80]!r} is no metric: {METRIC_NAME_RULE}", at="metrics")
    return unique
