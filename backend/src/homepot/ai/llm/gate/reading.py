"""A text becomes the claims it makes. The same reading for statements and for what is said."""

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import product

from homepot.ai.llm.gate import names, turns
from homepot.ai.llm.gate.claims import FAMILIES, Claim, Kind, Label, Phrase, Said, Turn
from homepot.ai.llm.gate.facts import Facts
from homepot.ai.llm.gate.moments import moments
from homepot.ai.llm.gate.quantities import quantities
from homepot.ai.llm.gate.spans import Found, Sentence, sentences
from homepot.ai.llm.gate.words import words_of

_FIGURES_LEFT = re.compile(r"[\w.,:/-]*\d[\w.,:/-]*")
_COORDINATED = re.compile(r"^\s?(?:,|and|or|&|,\s?and|as well as)\s?(?:the\s)?$")
_NEXT_CLAUSE = re.compile(r"(?:,\s|;\s|\s)(?:and|but|while|whereas|although|though|yet|or)\s|;\s")
_EMPTY_WORDS = words_of(
    "that this with from have been were they them than then when which there their about into"
    " also still very some only more most will would could should"
)
# A term that stands right behind a number is the one it is about: "93 % CPU".
_RIGHT_BEHIND = re.compile(r"^\s?(?:of\s|on\s|for\s|at\s|in\s)?(?:the\s|its\s)?$")


def plain(text: str) -> str:
    """One way of writing each letter, digit and blank."""
    return unicodedata.normalize("NFKC", text).replace("‑", "-").replace("−", "-")


def read(text: str, facts: Facts) -> list[Said]:
    """Sentence by sentence; who was spoken of alone is still meant where the next names nobody."""
    said: list[Said] = []
    carried: list[Label] = []
    for part in sentences(plain(text)):
        sentence = Sentence(part)
        named = names.labels(sentence, facts)
        found = _found(sentence, named, facts)
        bounds = _clause_bounds(sentence, [*found, *named])
        claims = [
            Claim(one.what, _shown(one, sentence), labels, bisect(bounds, one.start))  # type: ignore[arg-type]
            for one in found
            for labels in _bound(one, named, carried, sentence, facts)
        ]
        claims += [Claim(Phrase(_label(one).name), _label(one).name) for one in named]
        sides = frozenset(
            side for one in found if isinstance(one.what, Turn) for side in one.what.sides
        )
        said.append(Said(tuple(claims), sides, _stems(part)))
        if here := [_canonical(_label(one), facts) for one in named]:
            alone = [label for label in here if _only_one(label, here)]
            carried = [Label(label.family, label.name, carried=True) for label in alone]
    return said


def _found(sentence: Sentence, named: Sequence[Found], facts: Facts) -> list[Found]:
    """Each reader takes what it understands from those after it."""
    found = list(names.identifiers(sentence))
    found += moments(sentence, facts)
    amounts = quantities(sentence)
    turned = list(turns.turns(sentence))
    orders = list(turns.orders(turned, named, sentence))
    # What compares two is no direction of one of them.
    compared = {one.start for one in orders}
    found += [*amounts, *orders, *turns.steps(amounts, sentence), *turns.signs(amounts, sentence)]
    found += [one for one in turned if one.start not in compared or isinstance(one.what, Kind)]
    found += names.capitals(sentence)
    for match in _FIGURES_LEFT.finditer(sentence.rest()):
        found.append(Found(*match.span(), Phrase(match[0].strip(".,:").lower())))
    found += _foreign(sentence)
    return found


def _clause_bounds(sentence: Sentence, found: Sequence[Found]) -> list[int]:
    """Where one clause ends and the next begins; "9 and 12" and "a and b" are not two clauses."""
    starts, ends = {one.start for one in found}, {one.end for one in found}
    return [
        match.start()
        for match in _NEXT_CLAUSE.finditer(sentence.text)
        if not (match.start() in ends and match.end() in starts)
    ]


def _stems(text: str) -> frozenset[str]:
    """The first letters of the words that carry meaning: what a sentence is about."""
    return frozenset(
        word[:5]
        for word in re.findall(r"[a-z]{4,}", text.lower())
        if word not in _EMPTY_WORDS and not turns.has_direction(word)
    )


def _shown(one: Found, sentence: Sentence) -> str:
    return sentence.text[one.start : one.end].strip()


def _foreign(sentence: Sentence) -> Iterator[Found]:
    """Words in letters the gate cannot read claim what it cannot judge."""
    for match in re.finditer(r"\w+", sentence.rest()):
        if any(letter.isalpha() and ord(letter) > 0x24F for letter in match[0]):
            yield Found(*match.span(), Phrase(match[0].lower()))


def _bound(
    one: Found, named: Sequence[Found], carried: Sequence[Label], sentence: Sentence, facts: Facts
) -> Iterator[tuple[Label, ...]]:
    """Of whom it is said; of "a and b" it is said of each."""
    choices: list[list[Label]] = []
    for family in FAMILIES:
        here = [label for label in named if _label(label).family == family]
        group = _group(_nearest(one, here, sentence), here, sentence)
        labels = [_canonical(_label(member), facts) for member in group]
        if not labels:
            labels = [label for label in carried if label.family == family]
        if labels:
            choices.append(labels)
    yield from product(*choices)


def _nearest(one: Found, labels: Sequence[Found], sentence: Sentence) -> Found | None:
    before = [label for label in labels if label.end <= one.start]
    after = [label for label in labels if label.start >= one.end]
    if after and _RIGHT_BEHIND.match(sentence.between(one, after[0])):
        return after[0]
    if before:
        return before[-1]
    return after[0] if after else None


def _group(one: Found | None, labels: Sequence[Found], sentence: Sentence) -> list[Found]:
    if one is None:
        return []
    place = labels.index(one)
    first = last = place
    while first > 0 and _COORDINATED.match(sentence.between(labels[first - 1], labels[first])):
        first -= 1
    while last + 1 < len(labels) and _COORDINATED.match(
        sentence.between(labels[last], labels[last + 1])
    ):
        last += 1
    return list(labels[first : last + 1])


def _label(found: Found) -> Label:
    assert isinstance(found.what, Label)
    return found.what


def _canonical(label: Label, facts: Facts) -> Label:
    other_name = {name.lower(): same.lower() for name, same in facts.same.items()}
    return Label(label.family, other_name.get(label.name, label.name), label.carried)


def _only_one(label: Label, labels: Sequence[Label]) -> bool:
    return len({one.name for one in labels if one.family == label.family}) == 1
