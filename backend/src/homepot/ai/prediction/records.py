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
