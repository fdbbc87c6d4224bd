"""What detection says of a device, and what it remembers to have said. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homepot.ai.anomaly_detection.engine import Deviation, Kind, Severity

_ORDER = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)


class Muted(StrEnum):
    """Why something is written down and not spoken of."""

    HISTORY = "history"  # it was measured long before it came
    MAINTENANCE = "maintenance"  # work was announced at the site
    CLOSED = "closed"  # less to do than usual, at a site that is closed
    LEARNING = "learning"  # it moves steadily, and nobody knows yet whether that is its usual pace


@dataclass(frozen=True)
class Found:
    """News of a deviation, for the log and for incidents."""

    row: int  # of the device
    deviation: Deviation
    muted: Muted | None
    # it had been muted until now
    is_spoken: bool = False


@dataclass(frozen=True)
class Told:
    """A deviation that is not over."""

    number: int
    row: int
    severity: Severity
    kind: Kind
    muted: Muted | None
    since: float

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Told":
        muted = kept["muted"]
        return cls(
            kept["number"],
            kept["row"],
            Severity(kept["severity"]),
            Kind(kept["kind"]),
            Muted(muted) if muted else None,
            kept["since"],
        )


def louder(one: Severity, other: Severity) -> Severity:
    """
    >>> louder(Severity.WARNING, Severity.INFO).value
    'warning'
    """
    return max(one, other, key=_ORDER.index)
