"""The judge of what was told sees each thing that can go wrong, and nothing else."""

from dataclasses import replace

import pytest
from chaos.offline import where_to
from chaos.told import Anomaly, Delivery, Incident, Notice, Told, judge, repeated

GOOD = Told(
    [Anomaly(1, "D1", None, False, 7), Anomaly(2, "D1", "history", True, None)],
    [Incident(7, "INC-7", "D1", "open", 1)],
    [
        Notice("INC-7", "mail", "opened", "warning", 0, "DLV-1"),
        Notice("INC-7", "webhook", "opened", "warning", 0, "DLV-2"),
    ],
    [Delivery("DLV-1", "mail", "sent", 1), Delivery("DLV-2", "webhook", "sent", 2)],
)
CAME = {"mail": {"DLV-1": 1}, "webhook": {"DLV-2": 2}}


def kinds(told: Told, came: dict[str, dict[str, int]], seen: set[str] | None = None) -> list[str]:
    return [one.kind for one in judge(told, came, seen or {"INC-7"}, {"D1"})]


def test_what_is_right_is_not_judged_wrong() -> None:
    assert kinds(GOOD, CAME) == []
    assert repeated(CAME) == 1  # tried twice after a kill, under one id
    assert GOOD.waits({"D1"}, {"mail", "webhook"}) == []


@pytest.mark.parametrize(
    ("told", "came", "wanted"),
    [
        (replace(GOOD, anomalies=[Anomaly(1, "D1", None, False, None)]), CAME, "anomaly alone"),
        (replace(GOOD, anomalies=[]), CAME, "unnoticed"),
        (
            replace(GOOD, incidents=[*GOOD.incidents, Incident(8, "INC-8", "D1", "closed", 1)]),
            CAME,
            "incident doubled",
        ),
        (
            replace(GOOD, incidents=[Incident(7, "INC-7", "D1", "open", 2)]),
            CAME,
            "incident doubled",
        ),
        (replace(GOOD, notices=[*GOOD.notices, GOOD.notices[0]]), CAME, "alert doubled"),
        (replace(GOOD, notices=GOOD.notices[:1]), CAME, "alert lost"),
        (GOOD, {**CAME, "mail": {"DLV-1": 2}}, "alert doubled"),
        (GOOD, {**CAME, "mail": {}}, "alert lost"),
        (GOOD, {**CAME, "mail": {"DLV-1": 1, "DLV-9": 1}}, "alert doubled"),
        (
            replace(GOOD, deliveries=[Delivery("DLV-1", "mail", "failed", 9), GOOD.deliveries[1]]),
            CAME,
            "alert lost",
        ),
    ],
)
def test_each_wrong_is_seen(told: Told, came: dict[str, dict[str, int]], wanted: str) -> None:
    assert kinds(told, came) == [wanted]


def test_an_incident_that_was_there_is_missed() -> None:
    assert kinds(GOOD, CAME, {"INC-7", "INC-6"}) == ["incident lost"]


def test_a_packet_says_where_it_was_to_go() -> None:
    to_six = bytes.fromhex("6000000000081140") + bytes(16)
    address = bytes.fromhex("20010db8000000000000000000000002")
    assert where_to(to_six + address + bytes([0, 9, 1, 187])) == "UDP [2001:db8::2]:443"
    # what a kernel says of itself to its neighbours is nobody's word
    hello = bytes.fromhex("6000000000083aff") + bytes(16) + bytes.fromhex("ff02" + "00" * 13 + "02")
    assert where_to(hello + bytes(8)) is None
    assert where_to(b"") is None
