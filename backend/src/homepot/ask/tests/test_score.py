"""What counts as right."""

from typing import Any

import pytest

from homepot.ask.score import is_right, score


@pytest.mark.parametrize(
    ("expected", "result", "right"),
    [
        ({"kind": "number", "value": 7, "tolerance": 0.5}, {"kind": "number", "value": 7.4}, True),
        ({"kind": "number", "value": 7}, {"kind": "number", "value": 7.4}, False),
        ({"kind": "number", "value": 1}, {"kind": "number", "value": True}, False),
        ({"kind": "devices", "value": ["a", "b"]}, {"kind": "devices", "value": ["b", "a"]}, True),
        (
            {"kind": "devices", "value": ["a", "b"], "ordered": True},
            {"kind": "devices", "value": ["b", "a"]},
            False,
        ),
        ({"kind": "boolean", "value": False}, {"kind": "boolean", "value": False}, True),
        ({"kind": "incident", "value": "i"}, {"kind": "incident", "value": ["i", "k"]}, True),
        ({"kind": "none", "value": None}, {"kind": "none", "value": None}, True),
        ({"kind": "none", "value": None}, {}, False),
    ],
)
def test_an_answer_is_right_or_not(
    expected: dict[str, Any], result: dict[str, Any], right: bool
) -> None:
    assert is_right(expected, result) is right


def test_the_score_counts_by_category() -> None:
    questions = [
        {"id": "1", "category": "a", "expect": {"kind": "none"}},
        {"id": "2", "category": "a", "expect": {"kind": "none"}},
        {"id": "3", "category": "b", "expect": {"kind": "boolean", "value": True}},
    ]
    found = score(questions, {"1": {"kind": "none"}, "3": {"kind": "boolean", "value": True}})
    assert (found.right, found.total) == (2, 3)
    assert found.by_category == {"a": (1, 2), "b": (1, 1)}
    assert found.percent == pytest.approx(66.67, abs=0.01)
