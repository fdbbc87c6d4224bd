"""Words with a direction, and claims of a kind that nobody may add."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from homepot.ai.llm.gate.claims import Kind, Label, Order, Quantity, Side, Step, Turn
from homepot.ai.llm.gate.spans import Found, Sentence
from homepot.ai.llm.gate.words import ADDED, NEGATIONS, OPPOSITES

_WORD = re.compile(r"[A-Za-z][\w'’-]*")
_NEGATION_REACH = 3
_PAUSE = re.compile(r"[,:;(]")
_A_PERIOD = re.compile(r"\s+(?:\d|few\b|two\b|three\b|four\b|five\b|ten\b|couple\b)")
_THAN = re.compile(r"(?:\s+\w+){0,3}?\s+than\b")
_CLOSE = re.compile(r"^\s+(?:the\s|of\s|its\s|that of\s|\w+ of\s)*$")


def _sides_by_word() -> dict[str, frozenset[Side]]:
    sides: dict[str, set[Side]] = {}
    for axis, (one, other) in OPPOSITES.items():
        for side, words in ((1, one), (-1, other)):
            for word in words.split():
                sides.setdefault(word, set()).add((axis, side))
    return {word: frozenset(said) for word, said in sides.items()}


_SIDES = _sides_by_word()
_KINDS = {word: kind for kind, words in ADDED.items() for word in words.split()}


def turns(sentence: Sentence) -> Iterator[Found]:
    words = list(_WORD.finditer(sentence.rest()))
    for place, match in enumerate(words):
        word = match[0].lower()
        if word in {"last", "first"} and _A_PERIOD.match(sentence.text, match.end()):
            continue
        if sides := _SIDES.get(word):
            reach = words[max(0, place - _NEGATION_REACH) : place]
            before = [
                one[0].lower()
                for one in reach
                if not _PAUSE.search(sentence.text[one.end() : match.start()])
            ]
            denied = sum(one in NEGATIONS or one.endswith(("n't", "n’t")) for one in before) % 2
            yield Found(*match.span(), Turn(opposite(sides) if denied else sides))
        if kind := _KINDS.get(word):
            yield Found(*match.span(), Kind(kind))


def has_direction(word: str) -> bool:
    return word in _SIDES


def opposite(sides: frozenset[Side]) -> frozenset[Side]:
    return frozenset((axis, -side) for axis, side in sides)


def signs(found: Sequence[Found], sentence: Sentence) -> Iterator[Found]:
    """A change that is written with its sign has a direction as well."""
    for one in found:
        if isinstance(one.what, Quantity) and one.what.dimension not in {"celsius", "signal"}:
            shown = sentence.text[one.start : one.end].lstrip()
            if one.what.value < 0 or shown.startswith("+"):
                yield Found(
                    one.start, one.end, Turn(frozenset({("trend", 1 if shown[0] == "+" else -1)}))
                )


def orders(found: Sequence[Found], named: Sequence[Found], sentence: Sentence) -> Iterator[Found]:
    """Which of two is more, or earlier: "a is hotter than b", "a rose before b"."""
    for one in found:
        if not isinstance(one.what, Turn):
            continue
        for family in ("device", "place", "term"):
            pair = _around(one, [label for label in named if label.what.family == family])  # type: ignore[attr-defined]
            if pair is None:
                continue
            axes = dict(one.what.sides)
            than = _THAN.match(sentence.text, one.end)
            if than and any(one.end <= other.start < than.end() for other in found):
                than = None  # it belongs to a word behind this one
            close = _CLOSE.match(sentence.text[one.end : pair[1].start])
            axis = "order" if "order" in axes else "height" if "height" in axes else min(axes)
            if axis == "order" or than or (axis == "height" and close):
                first, second = (label.what.name for label in pair)  # type: ignore[attr-defined]
                if axes[axis] < 0:
                    first, second = second, first
                yield Found(one.start, one.end, Order(axis, first, second))


def _around(turn: Found, named: Sequence[Found]) -> tuple[Found, Found] | None:
    before = [label for label in named if label.end <= turn.start]
    after = [label for label in named if label.start >= turn.end]
    if not before or not after:
        return None
    first, second = before[-1], after[0]
    assert isinstance(first.what, Label)
    assert isinstance(second.what, Label)
    return (first, second) if first.what.name != second.what.name else None


def steps(found: Sequence[Found], sentence: Sentence) -> Iterator[Found]:
    """From one amount to another, and one amount of another."""
    amounts = [one for one in found if isinstance(one.what, Quantity)]
    for one, other in pairwise(amounts):
        leads = sentence.text[: one.start].rstrip().lower().endswith("from")
        link = sentence.between(one, other).strip().lower()
        if (leads and link == "to") or link in {"of", "of the", "out of", "out of the"}:
            assert isinstance(one.what, Quantity)
            assert isinstance(other.what, Quantity)
            yield Found(one.start, other.end, Step(one.what, other.what))
