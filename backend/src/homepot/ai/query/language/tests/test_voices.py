"""Questions in very different voices that ask the same: what a phrase is beside others, what is
said twice, by which clock a time is, and what is asked at another place of the sentence."""

import pytest

from homepot.ai.query.language import parse
from homepot.ai.query.language.tests.fleet import AS_OF, VOCABULARY
from homepot.ai.query.plan import Ask, By, NoAnswer, Plan
from homepot.ai.query.when import Moments

SAME = [
    # words that are passed over, and adverbs
    ("any idea how many tills we look after?", "how many tills"),
    ("the quantity of gateways in our possession", "how many gateways"),
    ("how many tills, annoyingly, are offline", "how many tills are offline"),
    # by what they do
    ("how many sensing devices are at Seaview Bistro", "how many sensors at Seaview Bistro"),
    # said twice
    ("what was the last cpu reported by pos_1107", "what is the cpu of pos_1107"),
    ("give me the count of tills that belong to Seaview Bistro",
     "how many tills at Seaview Bistro"),
    ("to what level did the cpu of pos_1107 rise at its highest yesterday",
     "what was the highest cpu of pos_1107 yesterday"),
    # units for "how much"
    ("how many ms of latency did pos_1107 see on average yesterday",
     "what was the average latency of pos_1107 yesterday"),
    ("at how many degrees stands sensor_1142", "what is the temperature of sensor_1142"),
    # what is free
    ("tills with less than 25% disk space left", "which tills have disk above 75 percent"),
    # asked at the end, and spoken to
    ("incidents at Seaview Bistro last 30 days, number",
     "how many incidents at Seaview Bistro in the last 30 days"),
    ("ok computer, count the gateways", "how many gateways"),
    ("which tills have gone dark, over", "which tills are offline"),
    ("OPEN INCIDENTS STOP HOW MANY STOP", "how many open incidents"),
    # denied, and left out
    ("tills other than those with firmware 3.1.0", "which tills are not running firmware 3.1.0"),
    ("tills without warranty", "which tills are out of warranty"),
    ("which tills have not left 3.1.0 yet", "which tills are running firmware 3.1.0"),
    ("how many devices can't we reach", "how many devices are offline"),
    ("all tills but those of Seaview Bistro", "list tills except at Seaview Bistro"),
    # kinds of incidents
    ("how many incidents had to do with hardware in the last 30 days",
     "how many hardware incidents in the last 30 days"),
    ("how many incidents of type storage in the last 30 days",
     "how many storage incidents in the last 30 days"),
    # at the end of a sentence a release is no date
    ("List the tills running firmware 3.1.0.", "which tills are running firmware 3.1.0"),
    # counted by how often
    ("how often did somebody pay at pos_1107 yesterday",
     "how many transactions did pos_1107 have yesterday"),
    # more exactly
    ("incidents in the last month, 30 days, how many", "how many incidents in the last 30 days"),
]  # fmt: skip


def _bare(plan: Plan) -> Plan:
    return plan.model_copy(update={"assumptions": ()})


@pytest.mark.parametrize(("asked", "same"), SAME)
def test_it_asks_the_same_as(asked: str, same: str) -> None:
    plan = _bare(parse(asked, VOCABULARY, AS_OF))
    assert plan.ask is not Ask.NONE
    assert plan == _bare(parse(same, VOCABULARY, AS_OF))


@pytest.mark.parametrize(
    ("asked", "by"),
    [
        ("which weekday had the most incidents in the last 30 days", By.WEEKDAY),
        ("at what hour of the day does pos_1107 have the most transactions", By.HOUR_OF_DAY),
        ("which day had the most restarts in the last 7 days", By.DAY),
    ],
)
def test_a_span_of_time_is_ranked_and_no_device(asked: str, by: By) -> None:
    plan = parse(asked, VOCABULARY, AS_OF)
    assert (plan.ask, plan.by, plan.limit) == (Ask.EACH, by, 1)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("max cpu of pos_1107 yesterday between 8 and 12 UTC", "08:00:00+00:00", "12:00:00+00:00"),
        ("max cpu of pos_1107 yesterday from 8 to 12 Oslo time", "08:00:00+02:00",
         "12:00:00+02:00"),
        ("cpu of pos_1107 at 8am UTC yesterday", "07:00:00+00:00", "08:00:01+00:00"),
    ],
)  # fmt: skip
def test_a_time_can_be_by_a_clock_that_is_named(asked: str, start: str, end: str) -> None:
    plan = parse(asked, VOCABULARY, AS_OF)
    assert isinstance(plan.window, Moments)
    assert plan.window.start.isoformat() == f"2026-05-19T{start}"
    assert plan.window.end.isoformat() == f"2026-05-19T{end}"
    assert any("clock" in one for one in plan.assumptions)


def test_a_sites_own_clock_need_not_be_named() -> None:
    plain = parse("max cpu of pos_1107 yesterday between 8 and 12", VOCABULARY, AS_OF)
    assert (
        parse("max cpu of pos_1107 yesterday between 8 and 12 local time", VOCABULARY, AS_OF)
        == plain
    )


def test_the_same_hours_of_several_days_by_another_clock_are_refused() -> None:
    plan = parse("avg cpu of pos_1107 between 8 and 12 CET last week", VOCABULARY, AS_OF)
    assert plan.ask is Ask.NONE


@pytest.mark.parametrize(
    ("asked", "subject", "without"),
    [
        ("how many refunded transactions did pos_1107 have yesterday", "refunded",
         "how many transactions did pos_1107 have yesterday"),
        ("which red tills have disk above 50%", "red", "which tills have disk above 50%"),
        ("highest imaginary temperature of sensor_1142 yesterday", "imaginary",
         "highest temperature of sensor_1142 yesterday"),
    ],
)  # fmt: skip
def test_an_unknown_word_is_named_and_the_question_offered_without_it(
    asked: str, subject: str, without: str
) -> None:
    reason = parse(asked, VOCABULARY, AS_OF).reason
    assert reason is not None
    assert reason.subject == subject
    assert reason.suggestions == (without,)
    assert parse(without, VOCABULARY, AS_OF).ask is not Ask.NONE


@pytest.mark.parametrize(
    "asked", ["how many incidents were prevented at Seaview Bistro", "who fixed gw_199 last time"]
)
def test_what_nothing_here_knows_is_not_read_as_something_like_it(asked: str) -> None:
    assert parse(asked, VOCABULARY, AS_OF).ask is Ask.NONE


def test_who_did_it_is_not_known() -> None:
    reason = parse("who resolved the last incident of gw_199?", VOCABULARY, AS_OF).reason
    assert reason is not None
    assert reason.why is NoAnswer.UNAVAILABLE


def test_what_no_rule_takes_is_put_plainly_and_that_is_said() -> None:
    plan = parse("when solved pos_1107 last incident which fix", VOCABULARY, AS_OF)
    put = "how was the last incident of pos_1107 resolved"
    assert plan.assumptions == (f"taken as: {put}",)
    assert _bare(plan) == _bare(parse(put, VOCABULARY, AS_OF))
