"""Questions in other languages: known by their small words, and put into English word by word. The
grammar then reads them like any other; what it cannot read is said to be in another language."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from homepot.ai.query.language.tokens import Token, folded, words_of
from homepot.ai.query.language.words.reading import listed
from homepot.ai.query.language.words.small import FILLERS

_PHRASE_MAX = 5
_SHARE_MIN = 0.3


@dataclass(frozen=True)
class Language:
    name: str
    marks: frozenset[str]
    said: dict[tuple[str, ...], tuple[str, ...]]


@cache
def _languages() -> tuple[Language, ...]:
    return tuple(
        Language(
            name,
            frozenset(folded(mark) for mark in row["marks"].split()),
            {words_of(phrase): words_of(english) for phrase, english in row["said"].items()},
        )
        for name, row in listed("foreign").items()
    )


def language_of(tokens: Sequence[Token], english: frozenset[str]) -> Language | None:
    """The language whose small words it has, if they are more than its English ones."""
    words = [token.word for token in tokens if token.word.isalpha()]
    if len(words) < 3:
        return None
    best = max(_languages(), key=lambda one: sum(word in one.marks for word in words))
    marked = [word for word in words if word in best.marks]
    ours = [word for word in words if word in english or word in FILLERS]
    only = [word for word in marked if word not in english and word not in FILLERS]
    if len(only) >= 2 and len(marked) >= _SHARE_MIN * len(words) and len(marked) > len(ours) / 2:
        return best
    return None


def is_other_script(text: str) -> bool:
    """Whether most of its letters are not Latin ones."""
    letters = [sign for sign in text[:500] if sign.isalpha()]
    other = sum("LATIN" not in unicodedata.name(sign, "") for sign in letters)
    return other > len(letters) / 2


def in_english(tokens: Sequence[Token], language: Language) -> list[Token]:
    """Word by word; what the language does not have, as a name, stays as it is."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        length, said = _longest(tokens, at, language)
        last = tokens[at + length - 1]
        if said is None:
            found.append(tokens[at])
        else:
            text = " ".join(dict.fromkeys(token.text for token in tokens[at : at + length]))
            found.extend(Token(word, text, tokens[at].start, last.end, word) for word in said)
        at += length
    return found


def _longest(
    tokens: Sequence[Token], at: int, language: Language
) -> tuple[int, tuple[str, ...] | None]:
    if tokens[at].parts > 1 and any(sign.isdigit() for sign in tokens[at].whole):
        return 1, None  # an id
    for length in range(min(_PHRASE_MAX, len(tokens) - at), 0, -1):
        said = language.said.get(tuple(token.word for token in tokens[at : at + length]))
        if said is not None:
            return length, said
    return 1, None
