"""What devices that had trouble have in common, tested against those that had none. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from homepot.ai.insights.statistics import Stratum, binomial_tail, common_cause, discoveries

LEVEL = 0.05
_MARKED_MIN = 3
_STRUCK_MIN = 3
HOURS = 24
Trait = Literal["firmware", "location"]
TRAITS: tuple[Trait, ...] = ("firmware", "location")


@dataclass(frozen=True)
class Peer:
    """A device as far as it can have something in common with others."""

    row: int
    type: str
    firmware: str | None
    location: str | None


@dataclass(frozen=True)
class Cause:
    """So many of those with it had trouble, against so many others of the same types."""

    trait: Trait
    value: str
    # None: any kind of trouble
    category: str | None
    marked: int
    struck_marked: int
    others: int
    struck_others: int
    chance: float
    devices: Sequence[int]


@dataclass(frozen=True)
class SameHour:
    """So many of the times at which incidents began lay in this hour of the day."""

    hour: int
    times: int
    of: int
    chance: float


def causes(peers: Sequence[Peer], struck: Mapping[str, set[int]]) -> tuple[list[Cause], int]:
    """`struck` has the devices by category. Which traits are believed, the surest first, each
    once; and how many were tested. Devices are compared with others of their type alone."""
    anything = set().union(*struck.values()) if struck else set()
    sets: list[tuple[str | None, set[int]]] = [(None, anything), *struck.items()]
    tests = [
        tested
        for trait in TRAITS
        for value, marked in _groups(peers, trait).items()
        for category, rows in sets
        if (tested := _tested(peers, trait, value, marked, category, rows)) is not None
    ]
    believed = discoveries([one.chance for one in tests], LEVEL)
    found: dict[tuple[str, str], Cause] = {}
    for one, is_so in sorted(zip(tests, believed, strict=True), key=lambda each: each[0].chance):
        if is_so:
            found.setdefault((one.trait, one.value), one)
    return list(found.values()), len(tests)


def _groups(peers: Sequence[Peer], trait: Trait) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for one in peers:
        value = getattr(one, trait)
        if value:
            found.setdefault(value, set()).add(one.row)
    return {value: rows for value, rows in found.items() if len(rows) >= _MARKED_MIN}


def _tested(
    peers: Sequence[Peer],
    trait: Trait,
    value: str,
    marked: set[int],
    category: str | None,
    struck: set[int],
) -> Cause | None:
    if len(marked & struck) < _STRUCK_MIN:
        return None
    by_type: dict[str, list[Peer]] = {}
    for one in peers:
        # What nobody wrote down of a device cannot be held against it.
        if getattr(one, trait):
            by_type.setdefault(one.type, []).append(one)
    strata = []
    for members in by_type.values():
        rows = {one.row for one in members}
        mine = rows & marked
        if mine and mine != rows:
            strata.append(Stratum(len(rows), len(mine), len(rows & struck), len(mine & struck)))
    if not strata:
        return None
    size, inside = sum(one.size for one in strata), sum(one.marked for one in strata)
    hit, hit_inside = sum(one.struck for one in strata), sum(one.struck_marked for one in strata)
    return Cause(
        trait, value, category, inside, hit_inside, size - inside, hit - hit_inside,
        common_cause(strata), sorted(marked),
    )  # fmt: skip


def same_hour(starts: Iterable[datetime]) -> SameHour | None:
    """Whether incidents begin at one hour of the day, on the clock these moments are told by. Of a
    day each hour counts once: many devices struck by one thing are one."""
    moments = {(at.date(), at.hour) for at in starts}
    if not moments:
        return None
    counts = Counter(hour for _, hour in moments)
    hour, times = max(counts.items(), key=lambda one: (one[1], -one[0]))
    chance = min(1.0, HOURS * binomial_tail(times, len(moments), 1 / HOURS))
    if times < _STRUCK_MIN or chance > LEVEL:
        return None
    return SameHour(hour, times, len(moments), chance)
