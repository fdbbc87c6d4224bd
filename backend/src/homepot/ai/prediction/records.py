"""What is kept, as the parts of this capability speak of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

PREDICTION = "PREDICTION"


def is_prediction(public_id: str) -> bool:
    """Whether that is the id of something foreseen.

    >>> is_prediction("PREDICTION-K3F-9QX-2VN"), is_prediction("INC-K3F-9QX-2VN")
    (True, False)
    """
    return public_id.startswith(f"{PREDICTION}-")


@dataclass(frozen=True)
class DeviceRow:
    row: int
    tenant_id: int
    site_row: int
    zone: str
    type: str


@dataclass(frozen=True)
class Prediction:
    id: int
    tenant_id: int
    prediction_id: str
    device_row: int
    device_id: str
    device_name: str
    device_type: str
    tags: list[str]
    provenance: str
    site_row: int
    site_id: str
    site_name: str
    zone: str
    metric: str
    limit_name: str
    limit: float
    unit: str
    label: str
    state: str
    severity: Literal["warning", "critical"]
    crosses_at: datetime
    lower: datetime
    upper: datetime
    chance_7d: float
    chance_14d: float
    chance_30d: float
    level: float
    growth: float
    rate_per_day: float
    onset_at: datetime
    first_at: datetime
    predicted_at: datetime
    ended_at: datetime | None
    # what went like it before, by the ids of memory; None where memory was not asked yet
    alike: list[dict[str, Any]] | None = None


@dataclass(frozen=True)
class Known:
    """How far a device is known: none was looked at before that."""

    looked_at: datetime
    hours: int
    hours_needed: int
    limited: int
    reached: list[dict[str, Any]]


@dataclass(frozen=True)
class Reached:
    """A device beyond a limit of its own."""

    device_id: str
    device_name: str
    site_id: str
    site_name: str
    limits: list[dict[str, Any]]


@dataclass(frozen=True)
class Coverage:
    """Of how many devices how much can be foreseen, and when they were looked at last."""

    looked: int
    learning: int
    without_limits: int
    looked_at: datetime | None


@dataclass(frozen=True)
class Term:
    """A line of the maintenance schedule."""

    term_id: str
    device_id: str
    device_name: str
    site_id: str
    site_name: str
    prediction_id: str | None
    metric: str | None
    what: str
    due_at: datetime
    parts: str | None
    cost: Decimal | None
    currency: str | None
    cost_why: str
    state: str
    created_at: datetime
    changed_at: datetime
    changed_by: str | None
    note: str | None


@dataclass(frozen=True)
class Learnt:
    """What past failures of a type have taught. `basis` is what chances are told by: the trees, or
    the bare rate where they tell no better; unsure where chances were too far off to be told, few
    where there were too few failures."""

    learnt_at: datetime
    basis: Literal["trees", "rate", "unsure", "few"]
    failures: int
    failures_needed: int
    error_7d: float | None
    error_14d: float | None
    error_30d: float | None


@dataclass(frozen=True)
class Chance:
    """That a device fails within so many days."""

    at: datetime
    basis: Literal["trees", "rate"]
    chance_7d: float
    chance_14d: float
    chance_30d: float
    reasons: list[str]


@dataclass(frozen=True)
class Open:
    """That a device is likely to fail was told, and is not over."""

    id: int
    device_row: int
    first_at: datetime


@dataclass(frozen=True)
class Forewarning:
    """That a device is likely to fail, from when it was first so until it is over, and why."""

    id: int
    tenant_id: int
    prediction_id: str
    device_row: int
    device_id: str
    device_name: str
    device_type: str
    tags: list[str]
    provenance: str
    site_row: int
    site_id: str
    site_name: str
    zone: str
    state: Literal["open", "failed", "gone"]
    severity: Literal["warning", "critical"]
    metric: str | None
    chance_7d: float
    chance_14d: float
    chance_30d: float
    reasons: list[str]
    first_at: datetime
    predicted_at: datetime
    ended_at: datetime | None
    ended_why: str | None
    # how bad alerts have told it to be, or that it is over
    told: str | None
    # what was learnt of the type, as it is now
    failures: int | None
    error: float | None


@dataclass(frozen=True)
class OfType:
    """How far past failures of a type have taught, and of how many devices."""

    device_type: str
    devices: int
    basis: Literal["trees", "rate", "unsure", "few"] | None
    failures: int
    failures_needed: int
    error: float | None


@dataclass(frozen=True)
class Failing:
    """A device that is likely to fail, with whose it is."""

    device_id: str
    device_name: str
    device_type: str
    provenance: str
    site_id: str
    site_name: str
    chance_7d: float
    chance_14d: float
    chance_30d: float
    reasons: list[str]
    failures: int
    error: float
    # since when it is told to be likely to fail, and as which; None where it is not
    prediction_id: str | None
    first_at: datetime | None


@dataclass(frozen=True)
class CalendarKey:
    id: int
    name: str
    created_at: datetime
    last_read_at: datetime | None
