"""Words that nobody knows: put as what they stand for, passed over, or named in a refusal."""

import pytest

from homepot.ai.query.language import parse
from homepot.ai.query.language.passing import shorter
from homepot.ai.query.language.phrasing import phrasings
from homepot.ai.query.language.tests.fleet import AS_OF, VOCABULARY
from homepot.ai.query.language.words.thesaurus import thesaurus
from homepot.ai.query.plan import Ask, NoAnswer, Plan


def _plan(text: str) -> Plan:
    return parse(text, VOCABULARY, AS_OF)


def _same(one: Plan, other: Plan) -> bool:
    bare: dict[str, object] = {"assumptions": ()}
    return one.model_copy(update=bare) == other.model_copy(update=bare)


@pytest.mark.parametrize(
    ("said", "plainly", "word"),
    [
        ("which probe's battery dwindled the most in the last 7 days",
         "which sensor's battery fell the most in the last 7 days", "dwindled"),
        ("what is the apex of the latency at gw_199 yesterday",
         "what is the maximum of the latency at gw_199 yesterday", "apex"),
        ("how many calamities at the bistro in the last 30 days",
         "how many incidents at the bistro in the last 30 days", "calamities"),
    ],
)  # fmt: skip
def test_a_word_that_stands_for_another_is_taken_as_it_and_said(
    said: str, plainly: str, word: str
) -> None:
    found = _plan(said)
    assert _same(found, _plan(plainly))
    assert any(word in one for one in found.assumptions)


def test_what_stands_for_nothing_asks_nothing_and_is_no_question_by_itself() -> None:
    assert _same(_plan("how many gateways are humming at the market"),
                 _plan("how many gateways are at the market"))  # fmt: skip
    assert _plan("what does gw_199 brandish").ask is Ask.NONE


def test_a_status_is_not_the_answer_to_what_nothing_here_says() -> None:
    for asked in ("what does gw_199 carry", "the sound of gw_199"):
        reason = _plan(asked).reason
        assert reason is not None
        assert reason.why is NoAnswer.NOT_UNDERSTOOD
        assert reason.subject in {"carry", "sound"}
    assert _plan("tell me about gw_199").ask is Ask.STATUS


def test_the_thesaurus_reads_no_word_in_two_ways_but_at_the_start() -> None:
    for word, found in thesaurus().items():
        assert len([one for one in found if not one.at_start]) <= 1, word


def test_each_turn_of_speech_names_groups_that_it_has() -> None:
    for one in phrasings():
        named = [int(word[1:]) for word in one.read if word.startswith("\\")]
        assert all(number <= one.pattern.groups for number in named), one.pattern.pattern


@pytest.mark.parametrize(
    "asked",
    [
        "how many litres does gw_199 hold",
        "average blood pressure of gw_199 yesterday",
        "how many incidents were litigated in the last 30 days",
        "how many sensors are there at the Harbour",
        "which gateways are encrypted",
    ],
)
def test_a_word_that_names_something_is_never_passed_over(asked: str) -> None:
    refused = _plan(asked)
    assert refused.ask is Ask.NONE
    assert shorter(asked, refused, VOCABULARY, AS_OF) is None


def test_a_word_that_names_nothing_may_be_passed_over() -> None:
    asked = "how many sensors would I find if I walked into the market"
    found = shorter(asked, _plan(asked), VOCABULARY, AS_OF)
    assert found is not None
    assert found.passed == ("walked",)
    assert _same(found.plan, _plan("how many sensors are in the market"))


def test_a_real_word_is_no_slip_of_another() -> None:
    """Heart and heat: what was asked for is not what is nearly written so."""
    found = _plan("what is the heart rate of sensor_1142")
    assert found.ask is Ask.NONE
    assert not any("heat" in one for one in found.assumptions)
    assert _plan("temprature of sensor_1142 now").ask is Ask.VALUE
