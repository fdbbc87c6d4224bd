"""What is known beside a result, for whom it is told. Pure data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Step:
    """An incident that is open on a device of the answer, and what to do about it."""

    incident: str
    title: str
    device: str
    since: datetime
    open: int
    what_now: str


@dataclass(frozen=True)
class Course:
    """How far what was asked about rose or fell, over which days."""

    metric: str
    change: float
    unit: str
    devices: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Expected:
    """What is foreseen for a device, or planned."""

    device: str
    what: str
    at: datetime | date


@dataclass(frozen=True)
class Beside:
    """`asked` and `fleet` are how many devices there were: in the question, and in all."""

    asked: int | None = None
    fleet: int | None = None
    step: Step | None = None
    # no incident is open on any device of the answer
    is_calm: bool = False
    course: Course | None = None
    crossings: Sequence[Expected] = ()
    planned: Sequence[Expected] = ()
    # why nobody knows what is ahead; "": somebody looked
    not_foreseen: str | None = None


NOTHING = Beside()
