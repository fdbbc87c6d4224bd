"""From rows to a device's health. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from homepot.ai.anomaly_detection.engine import Kind, Severity
from homepot.ai.anomaly_detection.health import (
    Evidence,
    Factor,
    Sign,
    analyze_device_health,
)
from homepot.ai.anomaly_detection.service import Learned
from homepot.ai.incidents.logic import Normal, is_normal
from homepot.ai.thresholds.logic import Thresholds
from homepot.core.wall_clock import WallClock
from homepot.fleet.types.naming import Names

# No verb: labels are of one thing and of many.
_WORDS = {
    "step": "off the usual",
    "surprise": "off the usual",
    "ramp": "steadily on the move",
    "drift": "slowly drifting away",
    "frozen": "at a standstill",
    "limit": "beyond the limit",
    "joint": "out of step with the others",
}
_NAMED_MAX = 3
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
    timezone: str
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


def judged(
    known: Known,
    thresholds: Thresholds,
    names: Names | None = None,
    normals: Sequence[Normal] = (),
    *,
    in_maintenance: bool,
) -> Judged:
    """`normals`: what somebody called normal for this device does not speak against it."""
    learned = Learned(known.learned_h, known.needed_h)
    is_quiet = is_normal("silent", (), normals)
    is_offline = known.connectivity == "offline" and not is_quiet
    words = ""
    if is_offline and known.silent_after is not None:
        clock = WallClock(ZoneInfo(known.timezone))
        words = f"offline since {clock.moment(known.silent_after)}"
    signs = [_sign(one, known, names or Names(), normals) for one in known.anomalies]
    evidence = Evidence(
        [one for one in signs if one is not None],
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


def _sign(
    row: Mapping[str, Any], known: Known, names: Names, normals: Sequence[Normal]
) -> Sign | None:
    """None where all of it was called normal; else what was not."""
    if is_normal(row["kind"], row["metrics"], normals):
        return None
    strange = [one for one in row["metrics"] if not is_normal(one["kind"], [one], normals)]
    labels = [names.called(known.tenant_id, known.type, one["name"]).label for one in strange]
    named = [
        f"{label} {_WORDS.get(one['kind'], 'not as usual')}"
        for label, one in zip(labels[:_NAMED_MAX], strange, strict=False)
    ]
    more = f" and {len(strange) - _NAMED_MAX} more" if len(strange) > _NAMED_MAX else ""
    said = ", ".join(named) + more if named else _SILENT.get(row["kind"], "")
    return Sign(Kind(row["kind"]), Severity(row["severity"]), said)


def differs(known: Known, now: Judged) -> bool:
    """Whether there is something new to write."""
    return (known.score, known.status, known.reason) != (now.score, now.status, now.reason)


def shows_otherwise(known: Known, now: Judged) -> bool:
    return (known.shown, known.shown_reason) != (now.shown, now.reason)
