"""Whether what is said together belongs together. Pure.

"Store North has 3 tills and 1 sensor" holds every name, figure and word of "Store North has 1 till
and 3 sensors". So each part of a retelling is drawn from one sentence of the statements, and in it
a figure, a name and a state are said of each other only where they are so there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from homepot.ai.llm.gate import names
from homepot.ai.llm.gate.claims import Moment, Phrase, Quantity
from homepot.ai.llm.gate.facts import Facts
from homepot.ai.llm.gate.moments import moments
from homepot.ai.llm.gate.quantities import covers, quantities
from homepot.ai.llm.gate.reading import plain
from homepot.ai.llm.gate.spans import Sentence, any_of, sentences
from homepot.ai.llm.gate.words import ADDED, COUNTED, NEGATIONS, OPPOSITES, SMALL, stem_of

_PARTS = re.compile(r"(?<=;)\s+")
_CLAUSE_ENDS = re.compile(r"[,;:]\s|\s(?:and|but|or|while|whereas|although)\s", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\s?-?\s?([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+")
# How things are, and which of several they are: axis -> word -> which side of it.
_KINDS: dict[str, dict[str, str]] = {
    axis: {word: str(side) for side, words in enumerate(OPPOSITES[axis]) for word in words.split()}
    for axis in ("link", "state", "health", "extreme")
}
_KINDS["health"] |= {word: word for word in ("critical", "warning", "unknown", "maintenance")}
_KINDS["extreme"] |= dict.fromkeys(ADDED["the average"].split(), "average")
_KINDS["extreme"] |= {"median": "median", "total": "total", "sum": "total"}
_KIND_OF = {word: (axis, side) for axis, kinds in _KINDS.items() for word, side in kinds.items()}
_COUNTS = "count"
_DENIALS = NEGATIONS | {"none", "nobody", "zero"}
_DENIAL = re.compile(rf"\b(?:{any_of(sorted(_DENIALS))})\b|n['’]t\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Anchor:
    """What a clause is about: a name, a figure, a moment, a state."""

    family: str
    value: str | Quantity | Moment | Phrase
    shown: str
    start: int = 0
    # What a count counts: by the word right behind it, and by its kind ("device", "incident").
    noun: str | None = None
    counts: str | None = None

    def is_told_by(self, fact: "_Anchor") -> bool:
        if self.family != fact.family:
            return False
        match self.value, fact.value:
            case Quantity() as mine, Quantity() as theirs:
                counted = self.noun is None or fact.noun is None or self.noun == fact.noun
                return counted and covers(theirs, mine, falling=False)
            case Moment() as mine, Moment() as theirs:
                return mine.says_of(theirs)
            case mine, theirs:
                return mine == theirs

    def rivals(self, other: "_Anchor") -> bool:
        """Whether they are two of a kind, so that one can be taken for the other."""
        mine, theirs = replace(self, noun=None), replace(other, noun=None)
        return self.family == other.family and not (
            mine.is_told_by(theirs) or theirs.is_told_by(mine)
        )


_Clause = tuple[_Anchor, ...]


@dataclass(frozen=True)
class _Said:
    """A sentence by its clauses, the words with which it says it, and whether it denies it."""

    clauses: tuple[_Clause, ...]
    words: frozenset[str]
    denies: bool
    spoken: frozenset[str]  # every word of it, as it stands

    def named(self, family: str) -> set[object]:
        return {one.value for clause in self.clauses for one in clause if one.family == family}

    def counts(self, kind: str) -> bool:
        return any(one.counts == kind for clause in self.clauses for one in clause)

    def names(self, kind: str) -> bool:
        """Whether it speaks of such things, counted or not."""
        return any(COUNTED.get(word) == f"count of {kind}" for word in self.spoken)

    def none_of(self) -> set[str]:
        """What there is none of: "0 open incidents"."""
        return {
            one.counts
            for clause in self.clauses
            for one in clause
            if one.counts and isinstance(one.value, Quantity) and one.value.value == 0
        }


def untied(text: str, facts: Facts) -> Iterator[str]:
    """
    >>> shop = Facts(["Shop A has 3 tills and 1 sensor."], places=["Shop A"])
    >>> list(untied("There are 3 tills and 1 sensor in Shop A.", shop))
    []
    >>> list(untied("Shop A has 1 till and 3 sensors.", shop))
    ['no statement says together: shop a, 1']
    """
    sources = [
        _said(sentence, facts)
        for statement in facts.statements
        for sentence in sentences(plain(statement))
    ]
    told: list[_Anchor] = []
    for sentence in sentences(plain(text)):
        for part in _PARTS.split(sentence):
            said = _said(part, facts)
            told += [one for clause in said.clauses for one in clause]
            if not any(_is_drawn_from(source, said) for source in sources):
                yield f"no statement says together: {_first_untied(said, sources)}"
    if facts.finding:
        yield from _left_out(told, facts)


def _left_out(told: Sequence[_Anchor], facts: Facts) -> Iterator[str]:
    """Whoever names some of those found names the first: the hottest is not the second in line."""
    found = [
        one
        for sentence in sentences(plain(facts.finding or ""))
        for clause in _said(sentence, facts).clauses
        for one in clause
    ]
    for family in dict.fromkeys(one.family for one in found if one.family not in _KINDS):
        of_kind = [one for one in found if one.family == family]
        mine = [one for one in told if any(one.is_told_by(fact) for fact in of_kind)]
        if mine and not any(one.is_told_by(of_kind[0]) for one in mine):
            yield f"it leaves out {of_kind[0].shown}"


def _is_drawn_from(source: _Said, said: _Said) -> bool:
    return (
        said.words <= source.words
        and said.denies is source.denies
        and all(_belongs(clause, source.clauses) for clause in said.clauses)
        and all(_lists_as_many(source, said, kind) for kind in ("device", "site"))
        and all(said.counts(kind) or not said.names(kind) for kind in source.none_of())
    )


def _lists_as_many(source: _Said, said: _Said, kind: str) -> bool:
    """Whoever says how many there are, and names them, names all that the source does."""
    family = "place" if kind == "site" else kind
    named = said.named(family)
    return not named or not said.counts(kind) or len(named) == len(source.named(family))


def _first_untied(said: _Said, sources: Sequence[_Said]) -> str:
    for clause in said.clauses:
        if not any(_belongs(clause, source.clauses) for source in sources):
            return ", ".join(one.shown for one in clause)
    return ", ".join(
        (*(one.shown for clause in said.clauses for one in clause), *sorted(said.words))
    )


def _belongs(clause: _Clause, source: Sequence[_Clause]) -> bool:
    """Whether each of the clause has its like in the source, none of them instead of a rival."""
    chosen: list[tuple[_Anchor, int]] = []

    def fits(place: int) -> bool:
        if place == len(clause):
            return True
        for number, facts in enumerate(source):
            for fact in facts:
                if clause[place].is_told_by(fact) and all(
                    _together(fact, number, other, its, source) for other, its in chosen
                ):
                    chosen.append((fact, number))
                    if fits(place + 1):
                        return True
                    chosen.pop()
        return False

    return fits(0)


def _together(
    one: _Anchor, here: int, other: _Anchor, there: int, source: Sequence[_Clause]
) -> bool:
    return here == there or not (
        any(one.rivals(rival) for rival in source[there])
        or any(other.rivals(rival) for rival in source[here])
    )


def _said(text: str, facts: Facts) -> _Said:
    sentence = Sentence(text)
    anchors = sorted(_anchors(sentence, facts), key=lambda one: one.start)
    words = {match[0].lower() for match in _WORD.finditer(sentence.rest())}
    denies = bool(_DENIAL.search(text))
    stems = {stem_of(one) for one in words - SMALL - _KIND_OF.keys() - _DENIALS}
    spoken = frozenset(match[0].lower() for match in _WORD.finditer(text))
    return _Said(tuple(_clauses(text, anchors)), frozenset(stems), denies, spoken)


def _clauses(text: str, anchors: Sequence[_Anchor]) -> Iterator[_Clause]:
    """Clause by clause; one that names nobody is still about whom the one before it named."""
    inside = [(one.start, one.start + len(one.shown)) for one in anchors]
    ends = [
        match.end()
        for match in _CLAUSE_ENDS.finditer(text)
        if not any(start < match.start() < end for start, end in inside)
    ]
    carried: dict[str, list[_Anchor]] = {}
    for start, end in pairwise([0, *ends, len(text) + 1]):
        own = [one for one in anchors if start <= one.start < end]
        if not own:
            continue
        for family in ("device", "place"):
            named = [one for one in own if one.family == family]
            own += [] if named else carried.get(family, [])
            carried[family] = named or carried.get(family, [])
        yield tuple(own)


def _anchors(sentence: Sentence, facts: Facts) -> Iterator[_Anchor]:
    canonical = {name.lower(): same.lower() for name, same in facts.same.items()}
    families = (("device", (*facts.devices, *facts.same)), ("place", tuple(facts.places)))
    for family, known in families:
        for one in names.known(sentence, known):
            name = one[0].lower()
            yield _Anchor(family, canonical.get(name, name), name, one.start())
    list(names.identifiers(sentence))  # they are judged as they stand, and hold no figures
    for found in (*moments(sentence, facts), *quantities(sentence)):
        shown = sentence.text[found.start : found.end]
        match found.what:
            case Quantity() as what:
                yield _quantity(what, shown, found.start, found.end, sentence.text)
            case Moment() | Phrase() as what:  # a phrase: "this morning"
                yield _Anchor("moment", what, shown, found.start)
    for match in _WORD.finditer(sentence.rest()):
        if kind := _KIND_OF.get(match[0].lower()):
            yield _Anchor(kind[0], kind[1], match[0], match.start())


def _quantity(what: Quantity, shown: str, start: int, end: int, text: str) -> _Anchor:
    if what.dimension and not what.dimension.startswith("count of"):
        return _Anchor(what.dimension.partition(" of ")[0], what, shown, start)
    behind = _NEXT_WORD.match(text, end)
    word = behind[1].lower() if behind else ""
    noun = stem_of(word) if word in COUNTED or word not in SMALL else None
    counts = what.dimension.removeprefix("count of ") or None
    return _Anchor(_COUNTS, replace(what, dimension=""), shown, start, noun or None, counts)
