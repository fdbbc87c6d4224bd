"""Sentences of answers."""

from typing import Any

import pytest

from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.result import Answer, Kind, Result
from homepot.ai.query.plan import Ask, Plan
from homepot.ai.query.telling.templates import headline, there


@pytest.mark.parametrize(
    ("count", "things", "said"),
    [
        (3, "tills are offline", "3 tills are offline"),
        (1, "tills are offline", "1 till is offline"),
        (1, "devices at Harbour are out of warranty", "1 device at Harbour is out of warranty"),
        (2, "tills whose doors are open", "There are 2 tills whose doors are open"),
        (1, "sites", "There is 1 site"),
        (0, "gateways", "There are 0 gateways"),
        (1, "critical incidents at Harbour", "There is 1 critical incident at Harbour"),
        (1, "access batteries of sites", "There is 1 access battery of sites"),
    ],
)
def test_how_many_there_are_is_said_in_one_sentence(count: int, things: str, said: str) -> None:
    assert there(str(count), count, things) == said


def test_what_was_is_told_as_past() -> None:
    assert there("1", 1, "tills are offline yesterday", is_past=True) == (
        "1 till was offline yesterday"
    )
    assert there("no", 0, "tills are offline yesterday", is_past=True) == (
        "no tills were offline yesterday"
    )


def wrong_with(device: str, what: str, value: str, title: str) -> dict[str, Any]:
    return {"what": what, "device_id": device, "name": device.title(), "value": value,
            "title": title, "at": "2026-11-21T10:00:00+00:00", "ended_at": None}  # fmt: skip


def test_what_is_wrong_is_told_once_for_each_device() -> None:
    rows = [
        wrong_with("fan_1", "incident", "INC-1", "The shop is too warm."),
        wrong_with("fan_1", "factor", "deviation", "temperature off its usual"),
        wrong_with("fan_1", "factor", "limits", "temperature beyond its limit"),
        wrong_with("fan_2", "incident", "INC-1", "The shop is too warm."),
        wrong_with("fan_2", "factor", "deviation", "temperature off its usual"),
    ]
    result = Result(Kind.TABLE, [row["value"] for row in rows], None, rows, len(rows))
    found = Answer(result, details={"devices": 9, "unwell": 7})
    said = headline(found, Plan(ask=Ask.WHY), Fleet.__new__(Fleet))
    first = "incident INC-1 since 21 November 2026, 10:00, The shop is too warm"
    assert said == [
        "Something is wrong with 7 of 9 devices, the worst first; 2 of them are told of here.",
        f"Fan_1 (fan_1): {first}; temperature off its usual; temperature beyond its limit.",
        "Fan_2 (fan_2): incident INC-1; temperature off its usual.",
    ]
