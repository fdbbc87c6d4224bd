"""What happened with an incident, as alerts need to know it. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Severity = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
Category = Literal[
    "temperature",
    "connectivity",
    "power",
    "storage",
    "software",
    "hardware",
    "mechanical",
    "sensor",
    "security",
]
# What happened. "more" is whatever changes nothing for who has been told already.
What = Literal["opened", "worse", "reopened", "confirmed", "over", "merged", "more"]
State = Literal["open", "confirmed", "over"]


@dataclass(frozen=True)
class Subject:
    """What an incident is about."""

    severity: Severity
    category: Category
    site_id: str
    # none: it is the site's
    device_id: str | None = None
    # of the device, or of all devices that are part of it
    types: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    member_ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Occurrence:
    """One thing that happened with one incident; `source` names it once and for all."""

    tenant_id: int
    source: str
    incident_id: str
    what: What
    at: datetime
    subject: Subject
    site_name: str
    device_name: str | None
    title: str
    words: str
    since: datetime
    note: str | None = field(default=None)
    # which deviate, or will
    metrics: frozenset[str] = frozenset()
    is_foreseen: bool = False


def state_after(what: What, before: State) -> State:
    """How the incident stands after this.

    >>> state_after("reopened", "over"), state_after("more", "confirmed")
    ('open', 'confirmed')
    """
    match what:
        case "opened" | "reopened":
            return "open"
        case "confirmed":
            return "confirmed"
        case "over" | "merged":
            return "over"
        case "worse" | "more":
            return before
