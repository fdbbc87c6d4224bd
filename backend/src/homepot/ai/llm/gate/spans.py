"""A sentence that is read in turns: what one reader understood is not read by the next."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True)
class Found:
    """Something understood, and where it stands."""

    start: int
    end: int
    what: object


class Sentence:
    def __init__(self, text: str) -> None:
        self.text = text
        self._free = bytearray(b"\x01" * len(text))

    def matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Where the pattern stands among what nobody has understood yet. What the caller takes
        is marked by `take`."""
        for match in pattern.finditer(self.text):
            if self.is_free(*match.span()):
                yield match

    def is_free(self, start: int, end: int) -> bool:
        return all(self._free[start:end])

    def take(self, start: int, end: int) -> None:
        self._free[start:end] = bytes(end - start)

    def rest(self) -> str:
        """What is left, with blanks in the place of what was understood."""
        return "".join(
            letter if free else " " for letter, free in zip(self.text, self._free, strict=True)
        )

    def between(self, one: Found, other: Found) -> str:
        return self.text[one.end : other.start]


def sentences(text: str) -> list[str]:
    """
    >>> sentences("It rose to 9.5 °C. Then it fell!")
    ['It rose to 9.5 °C.', 'Then it fell!']
    """
    return [part for part in _SENTENCE_ENDS.split(text) if part.strip()]


def any_of(words: "list[str] | tuple[str, ...]") -> str:
    """An alternative of a pattern, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
