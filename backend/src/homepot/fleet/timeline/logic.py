"""What the other rooms keep of a device, as entries of one time line. No I/O."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from homepot.fleet.commands.logic import Status
from homepot.fleet.commands.service import Command
from homepot.fleet.connectivity.logic import State
from homepot.fleet.connectivity.service import Past
from homepot.fleet.events.logic import Severity
from homepot.fleet.events.service import Change, Event, Job

Kind = Literal["log", "audit", "alert", "notice", "connectivity", "command", "job", "config"]

TITLE_LENGTH_MAX = 200
NAME_LENGTH_MAX = 64
_WORDS = re.compile(r"[^\W_]+")
_LINKS: dict[State, tuple[str, Severity]] = {
    "online": ("Came online", "info"),
    "offline": ("Went offline", "warning"),
    "unknown": ("No longer known", "info"),
}
_COMMANDS: dict[Status, Severity] = {"failed": "warning", "expired": "warning"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened with a device."""

    at: datetime
    kind: Kind
    severity: Severity
    name: str
    title: str
    category: str
    value: float | None = None


def name_of(title: str) -> str:
    """
    >>> name_of("Disk full: /var at 97.5 %"), name_of("!"), name_of("Überhitzung")
    ('disk_full_var_at_97_5', 'event', 'überhitzung')
    """
    return "_".join(_WORDS.findall(title.lower()))[:NAME_LENGTH_MAX].rstrip("_") or "event"


def of_event(event: Event) -> Entry:
    return _entry(
        min(event.at, event.received_at),
        event.kind,
        event.severity,
        event.title,
        event.category,
        _number(event.details.get("value")),
    )


def of_job(job: Job) -> Entry:
    severity: Severity = "warning" if job.status == "failed" else "info"
    return _entry(job.updated_at, "job", severity, f"Job {job.action} {job.status}", "software")


def of_change(change: Change) -> Entry:
    came = " rolled back" if change.was_rolled_back else "" if change.success else " failed"
    severity: Severity = "warning" if came else "info"
    title = f"Configuration {change.action} {change.parameter_name}{came}"
    return _entry(change.at, "config", severity, title, "software")


def of_command(command: Command, now: datetime) -> Entry:
    status = command.life.at(now)
    at = command.finished_at or command.sent_at or command.created_at
    severity = _COMMANDS.get(status, "info")
    return _entry(at, "command", severity, f"Command {command.command_type} {status}", "software")


def of_connectivity(past: Past) -> Entry:
    title, severity = _LINKS[past.state]
    return _entry(past.at, "connectivity", severity, title, "connectivity")


def newest_first(entries: Iterable[Entry], limit: int) -> Sequence[Entry]:
    """The newest of all; those of one moment in the order of their names."""
    in_order = sorted(entries, key=lambda one: (one.kind, one.name, one.title))
    return sorted(in_order, key=lambda one: one.at, reverse=True)[:limit]


def _entry(
    at: datetime, kind: Any, severity: Any, title: str, category: str, value: float | None = None
) -> Entry:
    short = " ".join(title.split())[:TITLE_LENGTH_MAX]
    return Entry(at, kind, severity, name_of(short), short, category, value)


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e308 else None
