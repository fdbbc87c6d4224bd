"""English words and phrases that are the same in every fleet, and what they are."""

from collections.abc import Iterator

from homepot.ai.query.language.tags import Kind, Tag
from homepot.ai.query.language.words.reading import listed, split
from homepot.ai.query.plan import (
    Aggregate,
    Attribute,
    Compare,
    DurationUnit,
    Order,
    Record,
    RecordSource,
    RecordState,
)

_VALUES = {
    Kind.AGGREGATE: Aggregate, Kind.TREND: Order, Kind.COMPARE: Compare, Kind.RECORD: Record,
    Kind.STATE: RecordState, Kind.SOURCE: RecordSource, Kind.ATTRIBUTE: Attribute,
    Kind.DURATION: DurationUnit,
}  # fmt: skip


def phrases() -> Iterator[tuple[str, Tag]]:
    """Of the grammar itself: what is asked, how it is looked at and compared."""
    yield from _of("grammar")


def nouns() -> Iterator[tuple[str, Tag]]:
    """What questions are about."""
    yield from _of("nouns")


def _of(name: str) -> Iterator[tuple[str, Tag]]:
    for row in listed(name):
        kind = Kind[row["kind"].upper()]
        value = row.get("value")
        if value is not None and kind in _VALUES:
            value = _VALUES[kind](value)
        for phrase in split(row["said"]):
            yield phrase, Tag(kind, value)
