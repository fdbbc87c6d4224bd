"""What the rules make of questions. The tables are in questions.yaml: what is asked, and what the
plan says in words."""

from pathlib import Path

import pytest
import yaml

from homepot.ai.query.language import describe, parse
from homepot.ai.query.language.tests.fleet import AS_OF, VOCABULARY

_TABLES = yaml.safe_load(Path(__file__).with_name("questions.yaml").read_text(encoding="utf-8"))
QUESTIONS = [(row["asked"], row["said"]) for rows in _TABLES.values() for row in rows]


@pytest.mark.parametrize(("asked", "said"), QUESTIONS)
def test_a_question_is_read_as(asked: str, said: str) -> None:
    assert describe(parse(asked, VOCABULARY, AS_OF), VOCABULARY) == said


@pytest.mark.parametrize(("asked", "said"), QUESTIONS)
def test_what_a_plan_says_is_read_as_the_same_plan(asked: str, said: str) -> None:
    plan = parse(asked, VOCABULARY, AS_OF).model_copy(update={"assumptions": ()})
    again = parse(said, VOCABULARY, AS_OF).model_copy(update={"assumptions": ()})
    assert again == plan


@pytest.mark.parametrize("asked", [asked for asked, _ in QUESTIONS])
def test_case_and_spaces_say_nothing(asked: str) -> None:
    plan = parse(asked, VOCABULARY, AS_OF)
    loud = parse(f"  {asked.upper()}  ", VOCABULARY, AS_OF)
    assert loud.model_copy(update={"assumptions": ()}) == plan.model_copy(
        update={"assumptions": ()}
    )
    assert parse(asked.lower().replace(" ", "  "), VOCABULARY, AS_OF).scope == plan.scope
