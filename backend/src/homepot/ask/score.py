"""Whether an answer is what was expected. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Given = Mapping[str, Any]


def is_right(expected: Given, result: Given) -> bool:
    """
    >>> is_right({"kind": "number", "value": 7, "tolerance": 0.5}, {"kind": "number", "value": 7.4})
    True
    >>> is_right({"kind": "devices", "value": ["a"]}, {"kind": "devices", "value": ["b"]})
    False
    >>> is_right({"kind": "none", "value": None}, {"kind": "number", "value": 0})
    False
    """
    kind, value = result.get("kind"), result.get("value")
    match expected["kind"]:
        case "none":
            return kind == "none"
        case "number":
            return kind == "number" and _is_near(value, expected)
        case "devices":
            if kind not in ("devices", "table") or not isinstance(value, list):
                return False
            wanted = expected["value"]
            if expected.get("ordered"):
                return bool(value == wanted)
            return sorted(map(str, value)) == sorted(map(str, wanted))
        case "incident":
            first = value[0] if isinstance(value, list) and value else value
            return bool(kind == "incident" and first == expected["value"])
    return bool(kind == expected["kind"] and value == expected["value"])


def _is_near(value: Any, expected: Given) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return bool(abs(value - expected["value"]) <= expected.get("tolerance", 0) + 1e-9)


@dataclass(frozen=True)
class Score:
    """How many of how many, in all and by category."""

    right: int
    total: int
    by_category: Mapping[str, tuple[int, int]]

    @property
    def percent(self) -> float:
        return 100 * self.right / self.total if self.total else 0.0


def score(questions: Sequence[Given], results: Mapping[str, Given]) -> Score:
    categories: dict[str, tuple[int, int]] = {}
    for one in questions:
        good = is_right(one["expect"], results.get(one["id"], {}))
        right, total = categories.get(one.get("category", ""), (0, 0))
        categories[one.get("category", "")] = (right + good, total + 1)
    return Score(
        sum(right for right, _ in categories.values()),
        sum(total for _, total in categories.values()),
        categories,
    )
