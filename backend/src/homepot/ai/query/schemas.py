"""Questions and answers on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, model_validator

from homepot.ai.analysis_modes import ModeName
from homepot.ai.llm.narration import Narration, NarrationState
from homepot.ai.query.answering.result import Kind
from homepot.ai.query.plan import NoAnswer, Plan
from homepot.ai.query.service import Asked, Reply
from homepot.ai.query.store import Logged
from homepot.fleet.moments import Moment
from homepot.fleet.sites.schemas import Timezone

# Longer ones are refused by the parser, with a sentence; beyond this nobody reads them.
QUESTION_MAX = 200_000


def _readable(text: str) -> str:
    """Signs that stand for nothing become question marks; a NUL is in no text."""
    if "\0" in text:
        raise ValueError("It holds a NUL character, which no text has.")
    return text.encode("utf-8", "replace").decode("utf-8")


ConversationId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Text = Annotated[str, Field(max_length=QUESTION_MAX), AfterValidator(_readable)]
Correction = Annotated[str, Field(max_length=2_000), AfterValidator(_readable)]


class QuestionIn(BaseModel):
    """A question in words, or a plan that somebody changed by hand."""

    model_config = ConfigDict(extra="forbid")

    question: Text | None = Field(default=None, validation_alias=AliasChoices("question", "query"))
    plan: Plan | None = None
    mode: ModeName | None = None
    model: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    as_of: Moment | None = None
    conversation_id: ConversationId | None = None
    # By which clock the asker lives: "Europe/Berlin". Times of another one are then named so.
    timezone: Timezone | None = None
    stream: bool = False
    # Whether a model should say it in its words; named by itself where a model is named.
    narrate: bool | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.question is None) == (self.plan is None):
            raise ValueError("Send a question or a plan, one of both.")
        return self

    def asked(self) -> Asked:
        plan = self.plan.model_copy(update={"filled_by": "person"}) if self.plan else None
        return Asked(
            self.question,
            plan,
            self.mode,
            self.model,
            self.as_of,
            self.conversation_id,
            self.timezone,
        )

    @property
    def wants_words(self) -> bool:
        if self.narrate is not None:
            return self.narrate
        return self.stream or self.model is not None


class ResultOut(BaseModel):
    kind: Kind
    value: Any = None
    unit: str | None = None
    rows: list[dict[str, Any]] = []
    total: int | None = None


class RelevantDevice(BaseModel):
    id: str
    name: str
    site: str
    status: str


class EvidenceOut(BaseModel):
    kind: str
    what: str
    link: str | None = None
    count: int | None = None
    start: datetime | None = None
    end: datetime | None = None


class PlanOut(BaseModel):
    readable: str
    machine: dict[str, Any]


class ReasonOut(BaseModel):
    why: NoAnswer
    detail: str


class NarrationOut(BaseModel):
    """What became of a model's words for this answer."""

    state: NarrationState = Field(
        description="not_asked: none were wanted; under_way: they follow in the stream; shown;"
        " refused: they said what the facts do not say; too_slow; away: no model answers"
    )
    reasons: list[str] = Field(description="why nothing, or nothing more, was shown")
    model: str | None = Field(description="whose words they were")

    @classmethod
    def of(cls, one: Narration) -> Self:
        return cls(state=one.state, reasons=list(one.reasons), model=one.model)


class ReplyOut(BaseModel):
    """An answer with what it rests on. `reason` and `suggestions` are there where there is none."""

    question_id: str
    conversation_id: str
    question: str | None
    answer: str
    result: ResultOut
    relevant_devices: list[RelevantDevice]
    plan: PlanOut
    evidence: list[EvidenceOut]
    assumptions: list[str]
    reason: ReasonOut | None
    suggestions: list[str]
    as_of: datetime
    mode: ModeName
    model_used: str | None
    narration: NarrationOut
    response_time_ms: int

    @classmethod
    def of(cls, reply: Reply) -> Self:
        answer, refusal = reply.answer, reply.answer.refusal
        return cls(
            question_id=reply.question_id,
            conversation_id=reply.conversation_id,
            question=reply.question,
            answer=reply.text,
            result=ResultOut(
                kind=answer.result.kind,
                value=answer.result.value,
                unit=answer.result.unit,
                rows=[dict(row) for row in answer.result.rows],
                total=answer.result.total,
            ),
            relevant_devices=[
                RelevantDevice(id=one.id, name=one.name, site=one.site, status=one.status)
                for one in answer.devices
            ],
            plan=PlanOut(readable=reply.readable, machine=reply.plan.machine()),
            evidence=[EvidenceOut(**vars(one)) for one in answer.evidence],
            assumptions=list(answer.assumptions),
            reason=ReasonOut(why=refusal.why, detail=refusal.detail) if refusal else None,
            suggestions=list(refusal.suggestions) if refusal else [],
            as_of=reply.as_of,
            mode=reply.mode.name,
            model_used=reply.model_used,
            narration=NarrationOut.of(reply.narration),
            response_time_ms=reply.response_time_ms,
        )


class FeedbackIn(BaseModel):
    """Whether the answer was right, and how it should have been."""

    model_config = ConfigDict(extra="forbid")

    rating: Literal["up", "down"] | None = None
    correction: Correction | None = None

    @property
    def number(self) -> int | None:
        return {"up": 1, "down": -1, None: None}[self.rating]


class LoggedOut(BaseModel):
    question_id: str
    conversation_id: str
    asked_by: str
    asked_at: datetime
    as_of: datetime
    question: str | None
    plan: dict[str, Any]
    kind: Kind
    value: Any
    answer: str
    mode: ModeName
    model_used: str | None
    response_time_ms: int
    rating: Literal["up", "down"] | None
    correction: str | None

    @classmethod
    def of(cls, one: Logged) -> Self:
        return cls(
            question_id=one.public_id,
            conversation_id=one.conversation_id,
            asked_by=one.actor_name,
            asked_at=one.asked_at,
            as_of=one.as_of,
            question=one.question,
            plan=one.plan,
            kind=Kind(one.kind),
            value=one.value,
            answer=one.answer,
            mode=ModeName(one.mode),
            model_used=one.model_used,
            response_time_ms=one.response_time_ms,
            rating=None if one.rating is None else "up" if one.rating > 0 else "down",
            correction=one.correction,
        )


class LoggedPage(BaseModel):
    items: list[LoggedOut]
    next_before: str | None
