"""What can't be answered says why, and what could be asked instead."""

import pytest

from homepot.ai.query.language import parse
from homepot.ai.query.language.tests.fleet import AS_OF, VOCABULARY
from homepot.ai.query.plan import Ask, NoAnswer

WHY = [
    ("", NoAnswer.EMPTY),
    ("  ?!  ", NoAnswer.EMPTY),
    ("😀🎉", NoAnswer.EMPTY),
    ("a" * 100_000, NoAnswer.TOO_LONG),
    ("how many devices " * 10_000, NoAnswer.TOO_LONG),
    ("What's the weather in Paris tomorrow?", NoAnswer.OFF_TOPIC),
    ("Who will win the election?", NoAnswer.OFF_TOPIC),
    ("Tell me a joke.", NoAnswer.OFF_TOPIC),
    ("asdf qwer zxcv", NoAnswer.OFF_TOPIC),
    ("What is the weather like at Seaview Bistro?", NoAnswer.OFF_TOPIC),
    ("How many employees work at Seaview Bistro?", NoAnswer.OFF_TOPIC),
    ("What was the average CPU usage of pos_0000 in the last 24 hours?", NoAnswer.UNKNOWN_DEVICE),
    ("cpu of pos_1108", NoAnswer.UNKNOWN_DEVICE),
    ("cpu of plc_1107", NoAnswer.UNKNOWN_DEVICE),
    ("cpu of gw_1107", NoAnswer.UNKNOWN_DEVICE),
    ("cpu of lamp_1107", NoAnswer.UNKNOWN_DEVICE),
    ("cpu of till 9 at the market", NoAnswer.UNKNOWN_DEVICE),
    ("temperature of sensor_99999 yesterday", NoAnswer.UNKNOWN_DEVICE),
    ("cpu of pos_1107 at the market", NoAnswer.UNKNOWN_DEVICE),
    ("How many devices are at the Moonbase site?", NoAnswer.UNKNOWN_SITE),
    ("How many sensors does the Lakeside branch have?", NoAnswer.UNKNOWN_SITE),
    ("average temperature in Hamburg yesterday", NoAnswer.UNKNOWN_SITE),
    ("How many devices are there on Mars?", NoAnswer.UNKNOWN_SITE),
    ("What was the fan speed of pos_1107 yesterday?", NoAnswer.NOT_REPORTED),
    ("What was the humidity of pos_1107?", NoAnswer.NOT_REPORTED),
    ("vibration of the tills", NoAnswer.NOT_REPORTED),
    ("What was the altitude of pos_1107 yesterday?", NoAnswer.UNKNOWN_METRIC),
    ("co2 of sensor_1142", NoAnswer.UNKNOWN_METRIC),
    ("how many cameras do we have?", NoAnswer.UNKNOWN_THING),
    ("What was the temperature of sensor_1142 on 31 February?", NoAnswer.IMPOSSIBLE_TIME),
    ("cpu of pos_1107 at 25:00 yesterday", NoAnswer.IMPOSSIBLE_TIME),
    ("cpu of pos_1107 from 14 May to 10 May", NoAnswer.IMPOSSIBLE_TIME),
    ("What will the exact CPU usage of pos_1107 be on 1 January 2031?", NoAnswer.FUTURE),
    ("temperature of sensor_1142 tomorrow", NoAnswer.FUTURE),
    ("how many incidents will there be next week?", NoAnswer.FUTURE),
    ("cpu of till 2", NoAnswer.AMBIGUOUS),
    ("What is the average colour of pos_1107's disk usage today?", NoAnswer.NOT_UNDERSTOOD),
    ("How many devices did the mayor open at the bistro?", NoAnswer.UNKNOWN_METRIC),
    ("Ile urządzeń jest offline w sklepie na rogu?", NoAnswer.NOT_UNDERSTOOD),
    ("Max/min/avg cpu of pos_1107 yesterday", NoAnswer.NOT_UNDERSTOOD),
    ("average cpu and memory of pos_1107 yesterday", NoAnswer.NOT_UNDERSTOOD),
    ("What percentage of devices is offline?", NoAnswer.NOT_UNDERSTOOD),
    ("how many incidents per device on average", NoAnswer.NOT_UNDERSTOOD),
    ("Which tills used more memory this week than last week?", NoAnswer.NOT_UNDERSTOOD),
    ("cpu of pos_1107 6000 days ago", NoAnswer.NOT_UNDERSTOOD),
    ("which tills have cpu above " + "9" * 400 + "k", NoAnswer.NOT_UNDERSTOOD),
    ("which tills have " + " and ".join(["cpu above 5"] * 9), NoAnswer.NOT_UNDERSTOOD),
    ("Сколько устройств в магазине?", NoAnswer.LANGUAGE),
    ("有多少台设备？", NoAnswer.LANGUAGE),
    ("Welche Kassen wurden von der Bürgermeisterin eröffnet?", NoAnswer.LANGUAGE),
]


@pytest.mark.parametrize(("asked", "why"), WHY)
def test_it_is_said_why_there_is_no_answer(asked: str, why: NoAnswer) -> None:
    plan = parse(asked, VOCABULARY, AS_OF)
    assert plan.ask is Ask.NONE
    assert plan.reason is not None
    assert plan.reason.why is why


@pytest.mark.parametrize(
    ("asked", "suggested"),
    [
        ("cpu of pos_1108", "pos_1107"),
        ("How many devices at Eastwood Warehouse?", "Eastgate Warehouse"),
        ("cpu of till 2", "POS Terminal - Kitchen 2 at Seaview Bistro (pos_1207)"),
        ("What was the humidity of pos_1107?", "Memory used"),
    ],
)
def test_something_near_is_suggested(asked: str, suggested: str) -> None:
    plan = parse(asked, VOCABULARY, AS_OF)
    assert plan.reason is not None
    assert suggested in plan.reason.suggestions


@pytest.mark.parametrize(
    ("asked", "device"),
    [
        ("cpu of PS_1107", "pos_1107"), ("cpu of pso_1107", "pos_1107"),
        ("cpu of POS-1107", "pos_1107"), ("cpu of pos 1107", "pos_1107"),
        ("cpu of pos1107", "pos_1107"), ("temperature of sensr_1142", "sensor_1142"),
        ("cpu of till 1107", "pos_1107"),
    ],
)  # fmt: skip
def test_another_spelling_is_the_same_device(asked: str, device: str) -> None:
    assert parse(asked, VOCABULARY, AS_OF).scope.devices == (device,)


def test_another_number_is_another_device() -> None:
    for number in ("1108", "1007", "11107", "110", "7011"):
        assert parse(f"cpu of pos_{number}", VOCABULARY, AS_OF).ask is Ask.NONE
