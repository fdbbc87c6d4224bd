"""The same thing said otherwise: turns of speech are put as the grammar reads them, word for word,
before any word is given a meaning. The list is data, in words/phrasings.yaml."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from homepot.ai.query.language.times.words import MONTHS, NUMBERS, SECONDS, WEEKDAYS
from homepot.ai.query.language.tokens import Token
from homepot.ai.query.language.words.reading import listed

_ROUNDS_MAX = 3
_MACROS = {
    "n": r"(?:\d+(?:\.\d+)?|" + "|".join(NUMBERS) + ")",
    "span": "(?:" + "|".join(word for word in SECONDS if len(word) > 2) + ")",
    "month": "(?:" + "|".join(MONTHS) + ")",
    "weekday": "(?:" + "|".join(WEEKDAYS) + ")",
    "be": "(?:is|are|was|were|be|been|being|has been|have been|had been)",
    "have": "(?:has|have|had|having|got|has got|have got)",
    "do": "(?:do|does|did|has|have|had|will|would|could|can)",
    "dev": r"(?:the |our )?\S+(?: \S+){0,3}?(?=(?: [?!.])* $)",
    "start": "(?<=^ )",
    "end": r"(?= (?:[?!.;,] )*$)",
}


@dataclass(frozen=True, slots=True)
class Phrasing:
    pattern: re.Pattern[str]
    read: tuple[str, ...]  # words, or a group of the pattern: \1


def rephrased(tokens: Sequence[Token]) -> list[Token]:
    """
    >>> from homepot.ai.query.language.tokens import tokens_of
    >>> " ".join(one.word for one in rephrased(tokens_of("may I have a list of tills")))
    'show tills'
    """
    found = _pointed(tokens)
    text = _text(found)
    for one in phrasings():  # there are hundreds, and nearly none of them is in a question
        for _ in range(_ROUNDS_MAX):
            match = one.pattern.search(text)
            changed = _changed(found, one, match) if match is not None else None
            if changed is None:
                break
            found, text = changed, _text(changed)
    return found


def _text(tokens: Sequence[Token]) -> str:
    return " " + " ".join(_shown(token) for token in tokens) + " "


def _pointed(tokens: Sequence[Token]) -> list[Token]:
    """Two point eleven, as it is dictated: 2.11."""
    found: list[Token] = []
    for token in tokens:
        number = NUMBERS.get(token.word, -1.0)
        after_point = len(found) > 1 and found[-1].word == "point"
        before = _figures(found[-2].word) if after_point else None
        if before is not None and number >= 0 and number.is_integer():
            first, word = found[-2], f"{before}.{int(number)}"
            found[-2:] = [Token(word, word, first.start, token.end, word)]
        else:
            found.append(token)
    return found


def _figures(word: str) -> str | None:
    if word in NUMBERS and NUMBERS[word].is_integer():
        return str(int(NUMBERS[word]))
    return word if re.fullmatch(r"\d+(\.\d+)?", word) else None


def phrased_words() -> Iterator[str]:
    """The words that the list is about: none of them is a slip of another word."""
    for row in listed("phrasings"):
        for said in row["said"]:
            yield from re.findall(r"(?<![\\{])\b[a-z]{3,}\b(?!})", said)
        yield from row["read"].split()


@cache
def phrasings() -> tuple[Phrasing, ...]:
    found = []
    for row in listed("phrasings"):
        for said in row["said"]:
            pattern = re.sub(r"\{([a-z]+)\}", lambda name: _MACROS[name[1]], said)
            whole = re.compile(f"(?<= )(?:{pattern})(?:(?= )|(?<= ))")
            found.append(Phrasing(whole, tuple(row["read"].split())))
    return tuple(found)


def _changed(tokens: list[Token], phrasing: Phrasing, match: re.Match[str]) -> list[Token] | None:
    places = [1]  # where each token begins in the text
    for token in tokens:
        places.append(places[-1] + len(token.word) + 1)
    first, last = _inside(places, match.start(), match.end())
    said = tokens[first:last]
    new: list[Token] = []
    for word in phrasing.read:
        if word.startswith("\\"):
            at, until = match.span(int(word[1:]))
            if at >= 0 and until > at:
                new += tokens[slice(*_inside(places, at, until))]
        else:
            new.append(Token(word, word, said[0].start, said[-1].end, word))
    changed = [*tokens[:first], *new, *tokens[last:]]
    return changed if [one.word for one in changed] != [one.word for one in tokens] else None


def _shown(token: Token) -> str:
    """A part of an id is no word of English, though it be written like one: vend_3."""
    of_id = token.whole != token.word and any(sign.isdigit() for sign in token.whole)
    return "_" * len(token.word) if of_id and token.word.isalpha() else token.word


def _inside(places: list[int], start: int, end: int) -> tuple[int, int]:
    return bisect_left(places, start), bisect_left(places, end)
