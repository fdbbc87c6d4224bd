"""From rows to a device's health. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.ai.anomaly_detection.engine import Kind, Severity
from homepot.ai.anomaly_detection.health import (
    Evidence,
    Factor,
    Sign,
    analyze_device_health,
)
from homepot.ai.anomaly_detection.service import Learned
from homepot.ai.thresholds.logic import Thresholds

_WORDS = {
    "step": "off its usual",
    "surprise": "off its usual",
    "ramp": "moves on steadily",
    "drift": "drifts away",
    "frozen": "stands still",
    "limit": "beyond its limit",
    "joint": "no longer fits the others",
}
_SILENT = {
    "silent": "it has stopped reporting",
    "unmeasured": "it gives signs of life, but no readings come",
}


@dataclass(frozen=True)
class Known:
    """What speaks for and against a device."""

    device_row: int
    tenant_id: int
    public_id: str
    type: str
    site_row: int
    connectivity: str
    silent_after: datetime | None
    learned_h: float
    needed_h: float
    # {kind, severity, metrics: [{name, kind}]}
    anomalies: Sequence[Mapping[str, Any]]
    incidents: Sequence[str]
    # as they are written: of the device's state, and of its health
    shown: str
    shown_reason: str | None
    score: float | None
    status: str | None
    reason: str | None


@dataclass(frozen=True)
class Judged:
    """`status` is by evidence; what is shown may be that somebody is at work there."""

    score: float | None
    status: str
    reason: str | None
    factors: Sequence[Factor]
    shown: str


def judged(known: Known, thresholds: Thresholds, *, in_maintenance: bool) -> Judged:
    learned = Learned(known.learned_h, known.needed_h)
    is_offline = known.connectivity == "offline"
    words = ""
    if is_offline and known.silent_after is not None:
        words = f"offline since {known.silent_after:%d %b %H:%M} UTC"
    evidence = Evidence(
        [_sign(one) for one in known.anomalies],
        is_offline,
        words,
        [Severity(one) for one in known.incidents],
    )
    found = analyze_device_health(evidence, thresholds)
    is_known = bool(evidence.signs or evidence.incidents or is_offline) or not learned.is_learning
    score = found.score if is_known else None
    status = found.status if is_known else "unknown"
    reason = found.reason if is_known else learned.words
    shown = "maintenance" if in_maintenance else status
    return Judged(score, status, reason, found.factors, shown)


def _sign(row: Mapping[str, Any]) -> Sign:
    named = [f"{one['name']} {_WORDS.get(one['kind'], 'deviates')}" for one in row["metrics"][:3]]
    silent = _SILENT.get(row["kind"], "")
    return Sign(Kind(row["kind"]), Severity(row["severity"]), ", ".join(named) or silent)


def differs(known: Known, now: Judged) -> bool:
    """Whether there is something new to write."""
    return (known.score, known.status, known.reason) != (now.score, now.status, now.reason)


def shows_otherwise(known: Known, now: Judged) -> bool:
    return (known.shown, known.shown_reason) != (now.shown, now.reason)
