"""The plainest question that names the same: where no rule takes a sentence as it stands, its
phrases are put in the order in which the grammar surely reads them, and it is said aloud.

Only a sentence is put so whose every phrase has its place in that question: a word that nobody
knows is never passed over."""

from collections.abc import Iterable
from dataclasses import dataclass

from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import Aggregate

_EMPTY = frozenset({
    Kind.FILLER, Kind.PREPOSITION, Kind.COMMA, Kind.BE, Kind.RELATIVE, Kind.SHOW, Kind.WHAT,
    Kind.HOW, Kind.NOW, Kind.AND,
})  # fmt: skip
_NAMING = (Kind.DEVICE, Kind.SITE, Kind.PLACE, Kind.TAG, Kind.WINDOW)


@dataclass(frozen=True, slots=True)
class Shape:
    """What must be there, what may be, and how it is said; a kind in braces is its phrases."""

    needs: tuple[Kind, ...]
    may: tuple[Kind, ...]
    said: str


_SHAPES = (
    Shape(
        (Kind.DURATION, Kind.METRIC, Kind.COMPARE, Kind.QUANTITY, Kind.DEVICE), (Kind.WINDOW,),
        "{DURATION} was {METRIC} {COMPARE} {QUANTITY} on {DEVICE} {WINDOW}",
    ),
    Shape(
        (Kind.METRIC, Kind.AGGREGATE, Kind.DEVICE), (Kind.WINDOW, Kind.HOW_MUCH, Kind.LINK),
        "what was the {AGGREGATE} {METRIC} of {DEVICE} {WINDOW}",
    ),
    Shape(
        (Kind.METRIC, Kind.SUPERLATIVE, Kind.DEVICE),
        (Kind.WINDOW, Kind.HOW_MUCH, Kind.TREND, Kind.LINK),
        "what was the {SUPERLATIVE} {METRIC} of {DEVICE} {WINDOW}",
    ),
    Shape(
        (Kind.TYPE, Kind.SUPERLATIVE, Kind.METRIC),
        (Kind.WHICH, Kind.WHO, Kind.SITE, Kind.PLACE, Kind.TAG, Kind.WINDOW, Kind.AGGREGATE,
         Kind.NUMBER),
        "which {NUMBER} {TYPE} {TAG} {SITE} {PLACE} had the {SUPERLATIVE} {AGGREGATE} {METRIC}"
        " {WINDOW}",
    ),
    Shape(
        (Kind.TYPE, Kind.METRIC, Kind.COMPARE, Kind.QUANTITY),
        (Kind.WHICH, Kind.WHO, Kind.ANY, Kind.SITE, Kind.PLACE, Kind.TAG, Kind.WINDOW),
        "which {TYPE} {TAG} {SITE} {PLACE} have {METRIC} {COMPARE} {QUANTITY} {WINDOW}",
    ),
    Shape(
        (Kind.HOW_MANY, Kind.TYPE), (Kind.SITE, Kind.PLACE, Kind.TAG, Kind.FIRMWARE),
        "how many {TYPE} {TAG} {FIRMWARE} {SITE} {PLACE}",
    ),
    Shape(
        (Kind.HOW_MANY, Kind.RECORD),
        (Kind.CATEGORY, Kind.SEVERITY, Kind.SITE, Kind.TYPE, Kind.DEVICE, Kind.WINDOW, Kind.STATE),
        "how many {STATE} {SEVERITY} {CATEGORY} {RECORD} {TYPE} {DEVICE} {SITE} {WINDOW}",
    ),
    Shape(
        (Kind.RESOLVE, Kind.DEVICE), (Kind.RECORD, Kind.AGGREGATE, Kind.WHICH, Kind.WHEN),
        "how was the last incident of {DEVICE} resolved",
    ),
)  # fmt: skip
_WITH = {Kind.SITE: "at ", Kind.PLACE: "in ", Kind.TAG: "tagged ", Kind.FIRMWARE: "running ",
         Kind.WINDOW: ""}  # fmt: skip
_ONCE = (Kind.AGGREGATE, Kind.SUPERLATIVE, Kind.COMPARE, Kind.QUANTITY, Kind.METRIC, Kind.RECORD,
         Kind.DEVICE, Kind.SITE, Kind.TYPE, Kind.WINDOW)  # fmt: skip


def plainest(sentence: Sentence) -> str | None:
    """The question put so, or None if it is none of these."""
    found: dict[Kind, list[Item]] = {}
    for item in sentence.items:
        if item.kind not in _EMPTY:
            found.setdefault(item.kind, []).append(item)
    if any(len(_different(found.get(kind, ()))) > 1 for kind in _ONCE):
        return None
    for shape in _SHAPES:
        wanted = {*shape.needs, *shape.may}
        if all(kind in found for kind in shape.needs) and found.keys() <= wanted:
            return _put(shape, found)
    return None


def _different(items: Iterable[Item]) -> set[str]:
    """Those that say something else; the last reading and the latest are one."""
    return {str(item.value) for item in items if item.value is not Aggregate.NEWEST}


def _put(shape: Shape, found: dict[Kind, list[Item]]) -> str:
    text = shape.said
    for kind in {*shape.needs, *shape.may}:
        items = found.get(kind, [])[:1]
        said = "".join(f"{_WITH.get(kind, '')}{_named(item)}" for item in items)
        text = text.replace(f"{{{kind.name}}}", said)
    return " ".join(text.split())


def _named(item: Item) -> str:
    return str(item.value[0]) if item.kind is Kind.DEVICE and len(item.value) == 1 else item.word
