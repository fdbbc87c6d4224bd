"""Follow-ups change a part of the plan before; other questions only borrow whose it was."""

import pytest

from homepot.ai.query.language import describe, parse
from homepot.ai.query.language.tests.fleet import AS_OF, VOCABULARY
from homepot.ai.query.plan import Ask, NoAnswer, Plan, Reason

_CPU = "What was the average CPU usage of pos_1107 in the last 24 hours?"
_OFFLINE = "How many devices are offline?"
_FULL = "Which POS terminals currently have disk usage above 60%?"
_INCIDENTS = "How many incidents were recorded at the bistro in the last 30 days?"
_HOTTEST = "Which sensor at the bistro had the highest average temperature yesterday?"

FOLLOWS = [
    (_CPU, "and last week?", "the average processor load of pos_1107 over the last 7 days"),
    (_CPU, "what about gw_199?", "the average processor load of gw_199 over the last 24 hours"),
    (_CPU, "and the lowest?", "the minimum processor load of pos_1107 over the last 24 hours"),
    (_CPU, "and memory?", "the average memory used of pos_1107 over the last 24 hours"),
    (_CPU, "why?", "what is wrong with pos_1107 over the last 24 hours"),
    (_CPU, "When was it last seen?", "when pos_1107 was last heard from"),
    (_CPU, "how many incidents did it have today?", "how many incidents of pos_1107 today"),
    (_CPU, "How many gateways do we have?", "how many gateways"),
    (_OFFLINE, "only the tills", "how many tills are offline"),
    (_OFFLINE, "which ones?", "which devices are offline"),
    (_OFFLINE, "as a list", "which devices are offline"),
    (_OFFLINE, "at the market", "how many devices at Pine Street Market are offline"),
    (_FULL, "and above 70%?", "which tills with disk used above 70 %"),
    (_FULL, "how many is that?", "how many tills with disk used above 60 %"),
    (_FULL, "and the gateways?", "which gateways with disk used above 60 %"),
    (
        _INCIDENTS, "at the market?",
        "how many incidents at Pine Street Market over the last 30 days",
    ),
    (_INCIDENTS, "list them", "the incidents at Seaview Bistro over the last 30 days"),
    (_INCIDENTS, "per site", "how many incidents at Seaview Bistro over the last 30 days by site"),
    (
        _HOTTEST, "and the lowest?",
        "which sensor at Seaview Bistro had the lowest average temperature yesterday",
    ),
    (
        _HOTTEST, "top 3",
        "the 3 sensors at Seaview Bistro with the highest average temperature yesterday",
    ),
    (
        _HOTTEST, "and at the warehouse?",
        "which sensor at Eastgate Warehouse had the highest average temperature yesterday",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("first", "then", "said"), FOLLOWS)
def test_a_follow_up_is_read_as(first: str, then: str, said: str) -> None:
    earlier = parse(first, VOCABULARY, AS_OF)
    assert describe(parse(then, VOCABULARY, AS_OF, earlier), VOCABULARY) == said


def test_the_other_site_is_asked_for_where_there_are_several() -> None:
    earlier = parse(_INCIDENTS, VOCABULARY, AS_OF)
    plan = parse("at the other site?", VOCABULARY, AS_OF, earlier)
    assert plan.reason == Reason(
        why=NoAnswer.AMBIGUOUS, subject="the other",
        suggestions=("Pine Street Market", "Eastgate Warehouse"),
    )  # fmt: skip


@pytest.mark.parametrize("then", ["and the weather?", "and at the Moonbase?", "and pos_9999?"])
def test_a_follow_up_invents_nothing(then: str) -> None:
    assert parse(then, VOCABULARY, AS_OF, parse(_CPU, VOCABULARY, AS_OF)).ask is Ask.NONE


def test_after_a_question_without_an_answer_there_is_nothing_to_follow() -> None:
    nothing = Plan(ask=Ask.NONE, reason=Reason(why=NoAnswer.OFF_TOPIC))
    assert parse("and last week?", VOCABULARY, AS_OF, nothing).ask is Ask.NONE
