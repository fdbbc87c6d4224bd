"""A plan that a model fills in, for a question that the grammar does not understand.

The model sees the question and the names there are, and fills a small form under a JSON schema; it
never sees a reading. What it says is a plan like any other: names that do not exist are refused,
and it is marked as filled by a model. Whether it is asked at all is a setting.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from homepot.ai.llm.doors.door import Options
from homepot.ai.llm.errors import ModelAway, NoSuchModel, PromptTooLong
from homepot.ai.llm.service import LlmService, Prompt
from homepot.ai.query.answering.checking import check
from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.result import NoResult
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    Measure,
    NoAnswer,
    OfMetric,
    OfRecords,
    Order,
    Plan,
    Record,
    RecordAggregate,
    Scope,
)
from homepot.ai.query.when import Rolling
from homepot.core.errors import TooMany
from homepot.core.log import get_logger
from homepot.fleet.text import folded

log = get_logger(__name__)

OPTIONS = Options(temperature=0.0, answer_tokens_max=200)
_NAMES_MAX = 40
_QUESTION_MAX = 500
_DAY_S = 86_400
_SYSTEM = (
    "You fill in a form that says what a question about a fleet of devices asks for. Use only the"
    " names that are listed, and null where the question names none. ask is none where the question"
    " is about anything else than the fleet."
)
_ASKS = Literal["count", "which", "value", "top", "incidents", "none"]
_AGGREGATES = Literal[
    "newest", "average", "median", "maximum", "minimum", "sum", "change", "spread", "range"
]


class Form(BaseModel):
    """What the model fills in."""

    model_config = ConfigDict(extra="forbid")

    ask: _ASKS
    device: str | None = None
    site: str | None = None
    type: str | None = None
    metric: str | None = None
    aggregate: _AGGREGATES | None = None
    days: float | None = Field(default=None, gt=0, le=3_660)
    limit: int | None = Field(default=None, ge=1, le=100)
    order: Literal["most", "least"] | None = None

    def plan(self) -> Plan | None:
        """None where it says nothing that could be asked."""
        scope = Scope(
            devices=(self.device,) if self.device else (),
            sites=(self.site,) if self.site else (),
            types=(self.type,) if self.type else (),
        )
        measure: Measure | None = None
        if self.ask == "incidents":
            measure = OfRecords(record=Record.INCIDENT, aggregate=RecordAggregate.COUNT)
        elif self.metric and self.ask in ("value", "top"):
            how = Aggregate(self.aggregate or "average")
            measure = OfMetric(metrics=(self.metric,), aggregate=how)
        elif self.ask in ("value", "top", "none"):
            return None
        return Plan(
            ask=Ask.VALUE if self.ask == "incidents" else Ask(self.ask),
            scope=scope,
            measure=measure,
            window=Rolling(length_s=round(self.days * _DAY_S) or 1) if self.days else None,
            limit=self.limit if self.ask == "top" else None,
            order=Order(self.order) if self.order else None,
            filled_by="model",
        )


@dataclass(frozen=True)
class Filler:
    llm: LlmService

    async def filled(
        self, question: str, plan: Plan, fleet: Fleet, model: str | None, user: Hashable
    ) -> Plan:
        """The plan as it is where it was understood; else the model's, where that is a good one."""
        reason = plan.reason
        if reason is None or reason.why is not NoAnswer.NOT_UNDERSTOOD:
            return plan
        if len(question) > _QUESTION_MAX:
            return plan
        prompt = Prompt(_SYSTEM, _asked(question, fleet), model, OPTIONS, _schema(question, fleet))
        try:
            answer = await self.llm.ask(prompt, user)
            found = Form.model_validate_json(answer.text).plan()
            if found is None:
                return plan
            check(found, fleet)
        except (ModelAway, NoSuchModel, PromptTooLong, TooMany, ValidationError, NoResult) as why:
            # Not its words: they can quote what was asked.
            name = type(why).__name__
            log.debug(f"No plan came of a model ({name}).", action="query.not_filled")
            return plan
        return found


def _asked(question: str, fleet: Fleet) -> str:
    names = _names(question, fleet)
    lines = [f"{kind}: {', '.join(known)}" for kind, known in names.items() if known]
    return "\n".join([*lines, "question:", question])


def _names(question: str, fleet: Fleet) -> dict[str, list[str]]:
    """Those that may be meant: all, where they are few, else those that share a word with it."""
    said = set(folded(question).replace("?", " ").split())
    words = fleet.vocabulary
    pairs: dict[str, list[tuple[str, str]]] = {
        "device": [(one.id, f"{one.id} {one.name}") for one in words.devices],
        "site": [(one.id, one.name) for one in words.sites],
        "type": [(one.name, one.label) for one in words.types],
        "metric": [(one.name, f"{one.name} {one.label}") for one in words.metrics],
    }
    found = {}
    for kind, known in pairs.items():
        near = [key for key, label in known if said & set(folded(label).replace("_", " ").split())]
        found[kind] = (near or [key for key, _ in known])[:_NAMES_MAX]
    return found


def _schema(question: str, fleet: Fleet) -> dict[str, Any]:
    """The form with the names that there are as the only ones."""
    schema: dict[str, Any] = Form.model_json_schema()
    for kind, known in _names(question, fleet).items():
        schema["properties"][kind] = {"enum": [*known, None]}
    schema["required"] = list(schema["properties"])
    return schema
