"""What is written down of a deviation. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from homepot.ai.anomaly_detection.engine import (
    Deviation,
    Kind,
    MetricDeviation,
    MetricSpec,
    Severity,
    Stage,
)
from homepot.ai.anomaly_detection.watching.found import Found, louder

Row = dict[str, Any]
_METRICS_MAX = 50
# What is kept of how a metric was when it was first told.
_FIRST = ("kind", "value", "usual", "low", "high", "size")


@dataclass(frozen=True)
class Anomaly:
    """A row of the log, as it has just been written."""

    id: int
    tenant_id: int
    device_row: int
    site_row: int
    kind: str
    severity: str
    started_at: datetime
    detected_at: datetime
    ended_at: datetime | None
    muted: str | None
    metrics: Sequence[Row]
    # it had been over
    is_back: bool = False

    @classmethod
    def of(cls, row: Mapping[str, Any], *, is_back: bool = False) -> "Anomaly":
        known = {name: row[name] for name in cls.__dataclass_fields__ if name in row}
        return cls(device_row=row["device_id"], site_row=row["site_id"], **known, is_back=is_back)


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def metrics_of(
    one: Deviation, specs: Mapping[str, MetricSpec], begun: Mapping[str, float] | None = None
) -> list[Row]:
    """`since` is the moment of the figures; `began`, where readings say it, when that began."""
    since = moment(one.detected_at).isoformat()
    began = {name: {"began": moment(at).isoformat()} for name, at in (begun or {}).items()}
    return [
        {"name": m.name, "kind": m.kind.value, "unit": specs[m.name].unit,
         **_figures(possible(m, specs[m.name])), "weight": _strength(m), "since": since,
         **began.get(m.name, {})}
        for m in one.metrics[:_METRICS_MAX]
    ]  # fmt: skip


def _strength(m: MetricDeviation) -> float:
    """What is off together is told by no strength of its own: its part in it counts."""
    return round(m.share if m.kind is Kind.JOINT else m.strength, 6)


def possible(m: MetricDeviation, spec: MetricSpec) -> MetricDeviation:
    """Nothing is expected that the metric cannot be."""
    low, usual, high = (min(max(v, spec.least), spec.most) for v in (m.low, m.usual, m.high))
    return replace(m, low=low, usual=usual, high=high)


def _figures(m: MetricDeviation) -> Row:
    """JSON has no numbers without end."""
    figures = {
        name: getattr(m, name) for name in ("share", "size", "value", "usual", "low", "high", "p")
    }
    return {name: float(f"{min(max(value, -1e300), 1e300):.6g}") for name, value in figures.items()}


def joined(before: Sequence[Row], now: Sequence[Row]) -> list[Row]:
    """Each metric once: with when it was first met and how it was then, and as it was when it was
    furthest off."""
    found = {row["name"]: row | {"first": _first(row)} for row in before}
    for row in now:
        known = found.get(row["name"])
        if known is None:
            found[row["name"]] = row | {"first": _first(row)}
        else:
            furthest = max(known, row, key=lambda one: abs(one["size"]))
            weight = max(_weight(known), _weight(row))
            earlier = min(known, row, key=lambda one: one["since"])
            begun = {"since": earlier["since"], "first": _first(earlier)}
            if "began" in earlier:
                begun["began"] = earlier["began"]
            found[row["name"]] = {**furthest, "weight": weight, **begun}
    whole = sum(map(_weight, found.values())) or 1.0
    shared = [row | {"share": round(_weight(row) / whole, 6)} for row in found.values()]
    return sorted(shared, key=lambda row: (-row["share"], row["name"]))[:_METRICS_MAX]


def _first(row: Row) -> Row:
    """
    >>> said = {"kind": "step", "value": 9.0, "usual": 1.0, "low": 0.0, "high": 2.0, "size": 8.0}
    >>> _first(said) == said, _first({**said, "value": 20.0, "first": said}) == said
    (True, True)
    """
    return dict(row["first"]) if "first" in row else {name: row[name] for name in _FIRST}


def _weight(row: Row) -> float:
    return float(row["weight"] if "weight" in row else row["share"])


def written(found: Found, before: Row | None, metrics: Sequence[Row]) -> Row:
    """What changes in the row, or what the new one begins with."""
    one, muted = found.deviation, found.muted
    if one.stage is Stage.OVER:
        return {"ended_at": moment(one.end or one.detected_at)}
    said: Row = {
        "severity": one.severity.value,
        "muted": muted.value if muted else None,
        "ended_at": None,
    }
    if before is not None:
        said["severity"] = louder(Severity(before["severity"]), one.severity).value
        if found.is_spoken:
            return said
        p = min(before["p_value"], one.p)
        return said | {"metrics": joined(before["metrics"], metrics), "p_value": p}
    return said | {
        "metrics": joined([], metrics),
        "p_value": float(one.p),
        "kind": one.kind.value,
        "started_at": moment(one.start),
        "detected_at": moment(one.detected_at),
    }
