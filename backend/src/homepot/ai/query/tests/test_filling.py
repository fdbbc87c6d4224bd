"""A model may say what is asked where the grammar cannot; that is looked at like any plan."""

import json
from typing import Any

import pytest

from homepot.ai.config import ai_config
from homepot.ai.llm.doors.fake_door import FakeDoor
from homepot.ai.llm.errors import ModelAway
from homepot.ai.llm.service import LlmService
from homepot.ai.query import vocabulary as words
from homepot.ai.query.answering.fleet import Fleet, Site
from homepot.ai.query.filling import Filler
from homepot.ai.query.plan import Aggregate, Ask, NoAnswer, OfMetric, Plan, Reason
from homepot.ai.query.vocabulary import Vocabulary
from homepot.core.settings import Settings

NOT_UNDERSTOOD = Plan(ask=Ask.NONE, reason=Reason(why=NoAnswer.NOT_UNDERSTOOD))
FLEET = Fleet(
    {"harbour": Site(1, "harbour", "Harbour", "UTC", None, None, None, [])},
    [],
    Vocabulary(
        sites=(words.Site("harbour", "Harbour"),),
        types=(words.DeviceType("gateway", "Gateway"),),
        metrics=(words.Metric("cpu_percent", "Processor load", "%"),),
    ),
)


def filler(said: str) -> tuple[Filler, FakeDoor]:
    door = FakeDoor(answer=lambda _: said)
    return Filler(LlmService(ai_config(Settings()), door)), door


def form(**fields: Any) -> str:
    empty = dict.fromkeys(
        ("device", "site", "type", "metric", "aggregate", "days", "limit", "order")
    )
    return json.dumps({**empty, **fields})


async def test_a_form_that_is_filled_in_becomes_a_plan_that_says_who_filled_it() -> None:
    said = form(ask="value", site="harbour", metric="cpu_percent", aggregate="maximum", days=2)
    one, door = filler(said)
    plan = await one.filled("how hard does harbour sweat", NOT_UNDERSTOOD, FLEET, None, "anna")
    assert (plan.ask, plan.filled_by) == (Ask.VALUE, "model")
    assert plan.scope.sites == ("harbour",)
    assert isinstance(plan.measure, OfMetric)
    assert plan.measure.aggregate is Aggregate.MAXIMUM
    (asked,) = door.asked
    assert isinstance(asked.form, dict)
    assert asked.form["properties"]["site"]["enum"] == ["harbour", None]


@pytest.mark.parametrize(
    "said",
    [
        "I would count them",
        form(ask="drop"),
        form(ask="none"),
        form(ask="value"),
        form(ask="count", site="elsewhere"),
        form(ask="value", metric="passwords", aggregate="newest"),
        form(ask="count", site="harbour'; drop table devices; --"),
    ],
)
async def test_what_a_model_says_wrongly_changes_nothing(said: str) -> None:
    one, _ = filler(said)
    assert await one.filled("eh?", NOT_UNDERSTOOD, FLEET, None, "anna") is NOT_UNDERSTOOD


async def test_a_model_is_not_asked_where_there_is_a_plan_or_a_better_reason() -> None:
    one, door = filler(form(ask="count"))
    for plan in (
        Plan(ask=Ask.COUNT),
        Plan(ask=Ask.NONE, reason=Reason(why=NoAnswer.OFF_TOPIC)),
        Plan(ask=Ask.NONE, reason=Reason(why=NoAnswer.NOT_ALLOWED)),
    ):
        assert await one.filled("how many?", plan, FLEET, None, "anna") is plan
    assert await one.filled("x" * 600, NOT_UNDERSTOOD, FLEET, None, "anna") is NOT_UNDERSTOOD
    assert door.asked == []


async def test_without_a_model_the_question_stays_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = Filler(LlmService(ai_config(Settings()), FakeDoor(failures=[ModelAway()] * 9)))
    monkeypatch.setattr("homepot.ai.llm.service.FIRST_PAUSE_S", 0.0)
    assert await one.filled("eh?", NOT_UNDERSTOOD, FLEET, None, "anna") is NOT_UNDERSTOOD
