"""Wire shapes of health."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from homepot.ai.health.service import DeviceHealth

Status = Literal["healthy", "warning", "critical", "unknown"]


class FactorOut(BaseModel):
    name: Literal["deviation", "limits", "trend", "connectivity", "incidents"]
    weight: float = Field(description="the most it can take away")
    evidence: float = Field(description="how bad it is, from 0 to 1")
    lost: float = Field(description="what it takes away")
    reason: str


class PastHealth(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    at: datetime
    score: float | None
    status: Status
    reason: str | None


class LearningOut(BaseModel):
    is_learning: bool
    hours: float
    needed_hours: float
    words: str


class ThresholdsOut(BaseModel):
    healthy: float
    warning: float


class HealthOut(BaseModel):
    """A device's health. `score` is null, and `status` unknown, until there is evidence."""

    device_id: str
    health: Literal["healthy", "warning", "critical", "maintenance", "unknown"]
    score: float | None
    status: Status
    reason: str | None
    factors: list[FactorOut]
    since: datetime | None
    learning: LearningOut
    thresholds: ThresholdsOut
    history: list[PastHealth]

    @classmethod
    def of(cls, one: DeviceHealth) -> Self:
        known, learned = one.now_, one.learned
        return cls.model_validate(
            {
                "device_id": one.device_id,
                "health": one.shown,
                "score": known.score if known else None,
                "status": known.status if known else "unknown",
                "reason": known.reason if known else learned.words,
                "factors": known.factors if known else [],
                "since": known.since if known else None,
                "learning": {
                    "is_learning": learned.is_learning,
                    "hours": learned.hours,
                    "needed_hours": learned.needed_hours,
                    "words": learned.words,
                },
                "thresholds": vars(one.thresholds),
                "history": [PastHealth.model_validate(past) for past in one.history],
            }
        )
