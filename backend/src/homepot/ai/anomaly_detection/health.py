"""How well a device is, in [0, 1], from evidence; every point that is missing has its reason. Pure.

    score = max(0, 1 - sum of weight * evidence)

A factor's weight is the most it can take away; its evidence, from 0 to 1, is how bad it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from homepot.ai.anomaly_detection.engine import Kind, Severity
from homepot.ai.thresholds.logic import Status, Thresholds

_EVIDENCE = {Severity.INFO: 0.1, Severity.WARNING: 0.45, Severity.CRITICAL: 1.0}
_SLOW = {Kind.RAMP, Kind.DRIFT}
WEIGHTS = {"deviation": 0.65, "limits": 0.65, "trend": 0.65, "connectivity": 0.7, "incidents": 0.15}


@dataclass(frozen=True)
class Sign:
    """A deviation that is not over."""

    kind: Kind
    severity: Severity
    words: str = ""


@dataclass(frozen=True)
class Evidence:
    signs: Sequence[Sign] = ()
    is_offline: bool = False
    offline_words: str = ""
    # severities of incidents that are open
    incidents: Sequence[Severity] = field(default=())


@dataclass(frozen=True)
class Factor:
    name: str
    weight: float
    evidence: float
    reason: str

    @property
    def lost(self) -> float:
        """
        >>> Factor("trend", 0.5, 0.4, "").lost
        0.2
        """
        return round(self.weight * self.evidence, 4)


@dataclass(frozen=True)
class Health:
    score: float
    status: Status
    factors: Sequence[Factor]

    @property
    def reason(self) -> str | None:
        """What takes the most away, in words."""
        worst = max(self.factors, key=lambda one: one.lost)
        return worst.reason if worst.lost > 0 else None


def analyze_device_health(evidence: Evidence, thresholds: Thresholds | None = None) -> Health:
    """
    >>> analyze_device_health(Evidence()).score
    1.0
    >>> analyze_device_health(Evidence([Sign(Kind.STEP, Severity.CRITICAL)])).status
    'critical'
    """
    slow = [one for one in evidence.signs if one.kind in _SLOW]
    limits = [one for one in evidence.signs if one.kind is Kind.LIMIT]
    silent = [one for one in evidence.signs if one.kind is Kind.SILENT]
    other = [one for one in evidence.signs if one not in (*slow, *limits, *silent)]
    gone = evidence.is_offline or bool(silent)
    away = evidence.offline_words or next((one.words for one in silent), "")
    factors = [
        _of_signs("deviation", other, "nothing deviates from what is usual"),
        _of_signs("limits", limits, "no limit is exceeded"),
        _of_signs("trend", slow, "nothing drifts or runs full"),
        Factor("connectivity", WEIGHTS["connectivity"], float(gone),
               (away or "it is silent") if gone else "it is heard from"),
        _of_incidents(evidence.incidents),
    ]  # fmt: skip
    score = round(max(0.0, 1 - sum(one.lost for one in factors)), 4)
    return Health(score, (thresholds or Thresholds()).status(score), factors)


def _of_signs(name: str, signs: Sequence[Sign], nothing: str) -> Factor:
    if not signs:
        return Factor(name, WEIGHTS[name], 0.0, nothing)
    worst = max(signs, key=lambda one: _EVIDENCE[one.severity])
    words = "; ".join(dict.fromkeys(one.words for one in signs if one.words))
    return Factor(name, WEIGHTS[name], _EVIDENCE[worst.severity], words or worst.kind.value)


def _of_incidents(severities: Iterable[Severity]) -> Factor:
    found = list(severities)
    if not found:
        return Factor("incidents", WEIGHTS["incidents"], 0.0, "no incident is open")
    most = max(_EVIDENCE[one] for one in found)
    many = "an incident is open" if len(found) == 1 else f"{len(found)} incidents are open"
    return Factor("incidents", WEIGHTS["incidents"], most, many)
