"""Families of words for what devices are and what they measure, and how a tenant's own types and
metrics are known to belong to one: by the words in their names and labels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from homepot.ai.query.language.words.reading import listed, split
from homepot.ai.query.plan import Compare, Order


@dataclass(frozen=True)
class Family:
    """What people call it, and the marks by which a type or a metric is known to be one."""

    key: str
    said: tuple[str, ...]
    marks: tuple[frozenset[str], ...]
    not_marks: frozenset[str]
    unit: str  # the unit that alone says it: degrees

    def has(self, words: frozenset[str]) -> bool:
        return not words & self.not_marks and any(mark <= words for mark in self.marks)


@dataclass(frozen=True)
class Degree:
    """Words for how much a device has of something: hottest, coldest, hotter, colder."""

    families: tuple[str, ...]
    superlatives: tuple[tuple[str, Order], ...]
    comparatives: tuple[tuple[str, Compare], ...]


def _family(row: dict[str, Any]) -> Family:
    return Family(
        key=row["key"],
        said=split(row["said"]),
        marks=tuple(frozenset(mark.split("+")) for mark in row["marks"].split("|")),
        not_marks=frozenset(row.get("not_marks", "").split("|")) - {""},
        unit=row.get("unit", ""),
    )


def by_doing(said: Iterable[str]) -> Iterator[str]:
    """What devices are called by what they do.

    >>> next(by_doing(["printer"]))
    'printing device'
    """
    for word in said:
        if word.isalpha() and len(word) > 5 and word.endswith(("er", "or")):
            yield from (f"{word[:-2]}ing {noun}" for noun in ("device", "machine", "unit"))


def _degree(row: dict[str, Any]) -> Degree:
    return Degree(
        families=tuple(row["families"]),
        superlatives=(
            *((word, Order.MOST) for word in split(row.get("most", ""))),
            *((word, Order.LEAST) for word in split(row.get("least", ""))),
        ),
        comparatives=(
            *((word, Compare.ABOVE) for word in split(row.get("more", ""))),
            *((word, Compare.BELOW) for word in split(row.get("less", ""))),
        ),
    )


TYPES = tuple(_family(row) for row in listed("concepts")["types"])
METRICS = tuple(_family(row) for row in listed("concepts")["metrics"])
DEGREES = tuple(_degree(row) for row in listed("concepts")["degrees"])
BY_UNIT = {family.unit: family.key for family in METRICS if family.unit}

SUPERLATIVES = {
    Order.MOST: "highest | greatest | largest | biggest | most | maximal | strongest | heaviest"
    " | max | maximum | top | longest | peak",
    Order.LEAST: "lowest | least | smallest | fewest | minimal | weakest | bottom | shortest | min"
    " | minimum | lightest | poorest",
}
COMPARATIVES = {
    Compare.ABOVE: "higher | greater | larger | bigger | more | stronger | longer | heavier | older"
    " | above",
    Compare.BELOW: "lower | less | smaller | fewer | weaker | shorter | lighter | newer | younger"
    " | below",
}
