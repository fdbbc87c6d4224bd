"""Wire shapes of what was done about insights, and of what came of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from homepot.ai.insights.effects import CAVEAT, Measured
from homepot.ai.insights.facts import Effect
from homepot.fleet.fields import without_control
from homepot.fleet.moments import Moment

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    AfterValidator(without_control),
]
Verdict = Literal["too_early", "too_little_before", "nothing_to_compare", "less", "more", "unclear"]


class ActionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    recommendation_id: Annotated[str, Field(min_length=1, max_length=400)]
    taken_at: Moment | None = Field(default=None, description="now, where it is left out")
    note: Words | None = None


class InsightMeasure(BaseModel):
    """`low` to `high` is where the change lies at 90 of 100: of counts as a factor, of levels as a
    difference a day."""

    model_config = ConfigDict(from_attributes=True)

    what: str
    unit: str
    before: float | None = Field(description="by day")
    after: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    words: str

    @classmethod
    def of(cls, one: Measured) -> Self:
        return cls.model_validate(one)


class InsightAction(BaseModel):
    """What somebody did, and what came of it."""

    action_id: str
    recommendation_id: str
    kind: str
    recommendation: str = Field(description="as it was when it was taken")
    device_ids: Sequence[str]
    category: str | None
    metric: str | None
    taken_at: datetime
    note: str | None
    taken_by: str
    effect: list[InsightMeasure]
    incidents_prevented: float | None = Field(description="null where that may be chance")
    hours_prevented: float | None
    caveat: str

    @classmethod
    def of(cls, one: Effect) -> Self:
        action = one.action
        return cls(
            action_id=action.action_id,
            recommendation_id=action.recommendation_id,
            kind=action.kind,
            recommendation=action.recommendation,
            device_ids=one.device_ids,
            category=action.category,
            metric=action.metric,
            taken_at=action.taken_at,
            note=action.note,
            taken_by=action.actor_name,
            effect=[InsightMeasure.of(each) for each in one.measures],
            incidents_prevented=one.incidents_prevented,
            hours_prevented=one.hours_prevented,
            caveat=CAVEAT,
        )


class InsightActions(BaseModel):
    items: list[InsightAction]
