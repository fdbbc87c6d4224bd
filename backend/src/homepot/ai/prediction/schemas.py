"""Wire shapes of predictions and of the maintenance schedule."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from homepot.ai.device_memory.patterns import Answer, Match
from homepot.ai.prediction import forewarning_words, words
from homepot.ai.prediction.failing import Prospect
from homepot.ai.prediction.records import Forewarning, Prediction
from homepot.ai.prediction.service import Outlook

Severity = Literal["warning", "critical"]
TermState = Literal["planned", "ordered", "done", "dropped", "lapsed"]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class PredictionOut(BaseModel):
    """One limit that a wear will reach. The interval holds the moment nine times in ten."""

    prediction: str
    confidence: float = Field(
        description="how probable it is that the limit is reached within the forecast period, if"
        " nobody does anything before"
    )
    reasoning: str
    recommended_action: str
    severity: Severity
    prediction_id: str
    metric: str
    limit: float
    unit: str
    crosses_at: datetime
    lower: datetime
    upper: datetime
    chance_7d: float
    chance_14d: float
    chance_30d: float
    level: float = Field(description="now, without the usual course of a day and a week")
    rate_per_day: float
    since: datetime = Field(description="when the wear began")
    first_predicted_at: datetime

    @classmethod
    def of(cls, one: Prediction, alike: Answer | None = None) -> Self:
        zone = ZoneInfo(one.zone)
        return cls.model_validate(
            {
                "prediction": words.headline(one, zone),
                "confidence": round(one.chance_14d, 3),
                "reasoning": words.reasoning(one, zone),
                "recommended_action": words.action(one, zone, alike),
                "since": one.onset_at,
                "first_predicted_at": one.first_at,
                **{name: getattr(one, name) for name in _SAME},
            }
        )


_SAME = (
    "severity", "prediction_id", "metric", "limit", "unit", "crosses_at", "lower", "upper",
    "chance_7d", "chance_14d", "chance_30d", "level", "rate_per_day",
)  # fmt: skip


class ReachedOut(BaseModel):
    """A limit that is passed already."""

    metric: str
    limit: float
    severity: Severity
    words: str


class HistoryOut(BaseModel):
    is_enough: bool
    hours: int
    needed_hours: int | None
    words: str


class ProgressionOut(BaseModel):
    """A past incident that went like what is foreseen: what came of it, and what was done."""

    prediction_id: str
    incident_id: str
    device_id: str | None
    began: datetime | None
    ended_at: datetime | None
    description: str
    resolution: str | None
    effective: bool | None = Field(description="whether the resolution worked; null: unknown")
    similarity_score: float = Field(description="how probable it is that both are of one kind")

    @classmethod
    def of(cls, prediction_id: str, match: Match) -> Self:
        known = match.pattern
        return cls(
            prediction_id=prediction_id,
            incident_id=known.incident_id,
            device_id=known.device_id,
            began=known.started_at,
            ended_at=known.ended_at,
            description=known.description,
            resolution=known.resolution,
            effective=known.effective,
            similarity_score=round(match.score, 4),
        )


class ForewarningOut(BaseModel):
    """That a device is likely to fail: since when it is told, and what came of it."""

    prediction_id: str
    state: Literal["open", "failed", "gone"] = Field(
        description="open: it is likely to fail; failed: it did; gone: withdrawn, `ended_why` says"
        " why"
    )
    severity: Severity
    metric: str | None = Field(description="of what speaks most for it; null: the whole device")
    words: str
    recommended_action: str | None = Field(description="null where it is over")
    first_at: datetime
    ended_at: datetime | None
    ended_why: str | None

    @classmethod
    def of(cls, one: Forewarning) -> Self:
        same = ("prediction_id", "state", "severity", "metric", "first_at", "ended_at", "ended_why")
        is_open = one.state == "open"
        said = f"{forewarning_words.headline(one)} {forewarning_words.reasoning(one)}"
        return cls.model_validate(
            {
                **{name: getattr(one, name) for name in same},
                "words": said if is_open else one.ended_why,
                "recommended_action": forewarning_words.first_step(one) if is_open else None,
            }
        )


class FailureOut(BaseModel):
    """How probable it is that the device fails within so many days, by how past failures of its
    type came on. Null, with the reason in `words`, where they do not tell."""

    chance_7d: float | None
    chance_14d: float | None
    chance_30d: float | None
    basis: Literal["trees", "rate", "unsure", "few"] | None = Field(
        description="trees: the device's own days; rate: how often devices of the type fail, where"
        " their days tell no more; unsure: chances were too far off to be told; few: too few"
        " failures; null: not learnt yet"
    )
    failures: int | None = Field(description="of the type, within a year")
    failures_needed: int | None
    error_7d: float | None = Field(
        description="how far such chances were from what came true, on devices left out"
    )
    error_14d: float | None
    error_30d: float | None
    learnt_at: datetime | None
    reasons: list[str] = Field(description="what speaks most for it, the strongest first")
    words: str
    forewarning: ForewarningOut | None = Field(
        description="that it is likely to fail, or what came of that in the last 14 days"
    )

    @classmethod
    def of(cls, one: Prospect, kind: str) -> Self:
        learnt, chance, told_of = one.learnt, one.chance, one.forewarning
        told = ("chance_7d", "chance_14d", "chance_30d")
        said = ("failures", "failures_needed", "error_7d", "error_14d", "error_30d", "learnt_at")
        return cls.model_validate(
            {
                **{name: round(getattr(chance, name), 3) if chance else None for name in told},
                **{name: getattr(learnt, name) if learnt else None for name in said},
                "basis": learnt.basis if learnt else None,
                "reasons": chance.reasons if chance else [],
                "words": words.failure(learnt, chance, kind),
                "forewarning": ForewarningOut.of(told_of) if told_of else None,
            }
        )


class OutlookOut(BaseModel):
    """What is foreseen of a device. `risk_score` is null, and `why` says so, where nobody can
    know; 1 where a limit is passed already."""

    device_id: str
    predictions: list[PredictionOut]
    risk_score: float | None
    forecast_period: Literal["14d"] = "14d"
    generated_at: datetime | None = Field(description="when the device was last looked at")
    reached: list[ReachedOut]
    failure: FailureOut
    similar_progressions: list[ProgressionOut] = Field(
        description="past incidents that went like what is foreseen, the likest first"
    )
    history: HistoryOut
    why: dict[str, str] = Field(description="for each field that is null, the reason")

    @classmethod
    def of(cls, one: Outlook) -> Self:
        known, said = one.known, words.history(one.known)
        why = {} if one.risk is not None else {"risk_score": said}
        if known is None:
            why["generated_at"] = said
        return cls(
            device_id=one.device.public_id,
            predictions=[
                PredictionOut.of(each, one.alike.get(each.prediction_id))
                for each in one.predictions
            ],
            similar_progressions=[
                ProgressionOut.of(prediction_id, match)
                for prediction_id, answer in one.alike.items()
                for match in answer.matches
            ],
            risk_score=None if one.risk is None else round(one.risk, 3),
            generated_at=known.looked_at if known else None,
            reached=[
                ReachedOut.model_validate(
                    {
                        "metric": limit.metric,
                        "limit": limit.value,
                        "severity": limit.severity,
                        "words": words.beyond(limit),
                    }
                )
                for limit in one.reached
            ],
            failure=FailureOut.of(one.failure, one.device.type),
            history=HistoryOut(
                is_enough=known is not None and known.hours >= known.hours_needed,
                hours=known.hours if known else 0,
                needed_hours=known.hours_needed if known else None,
                words=said,
            ),
            why=why,
        )


class TermOut(BaseModel):
    """A line of the maintenance schedule. `cost` is null where no tariff says it."""

    model_config = ConfigDict(from_attributes=True)

    term_id: str
    device_id: str
    device_name: str
    site_id: str
    site_name: str
    prediction_id: str | None
    metric: str | None = Field(description="of the prediction; null where a person planned it")
    what: str
    due_at: datetime = Field(description="before when")
    parts: str | None
    cost: Decimal | None
    currency: str | None
    cost_why: str = Field(description="what the cost is made of, or why there is none")
    state: TermState
    created_at: datetime
    changed_at: datetime
    changed_by: str | None
    note: str | None


class ScheduleOut(BaseModel):
    items: list[TermOut]


class TermChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: Literal["planned", "ordered", "done", "dropped"] | None = None
    due_at: AwareDatetime | None = None
    note: Note | None = None
