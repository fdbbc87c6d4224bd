"""What comes out of a plan: the result, what it rests on, and whom it is about. Pure data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from homepot.ai.query.plan import NoAnswer


class Kind(StrEnum):
    NUMBER = "number"
    DEVICES = "devices"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    INCIDENT = "incident"
    TABLE = "table"
    NONE = "none"


Row = Mapping[str, Any]


@dataclass(frozen=True)
class Result:
    """`rows` are what the value is made of, or the devices or records it names."""

    kind: Kind
    value: Any = None
    unit: str | None = None
    rows: Sequence[Row] = ()
    # How many rows there are where not all of them are here.
    total: int | None = None


@dataclass(frozen=True)
class Evidence:
    """Something that a result rests on, and where it can be looked at."""

    kind: str  # readings, incident, anomaly, event, connectivity, health, device
    what: str
    link: str | None = None
    count: int | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Named:
    id: str
    name: str
    site: str = ""
    status: str = "unknown"


@dataclass(frozen=True)
class Refusal:
    """Why there is no result, in a word and in a sentence, and what could be asked instead."""

    why: NoAnswer
    detail: str
    suggestions: Sequence[str] = ()


@dataclass(frozen=True)
class Answer:
    result: Result
    evidence: Sequence[Evidence] = ()
    devices: Sequence[Named] = ()
    assumptions: Sequence[str] = ()
    refusal: Refusal | None = None
    # What is measured, for whoever puts it into words: "average network latency".
    subject: str = ""
    start: datetime | None = None
    end: datetime | None = None
    zone: str = "UTC"
    details: Mapping[str, Any] = field(default_factory=dict)


class NoResult(Exception):
    """There is no answer to this plan; whoever runs it turns it into a result of kind none."""

    def __init__(self, why: NoAnswer, detail: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.refusal = Refusal(why, detail, tuple(suggestions))
