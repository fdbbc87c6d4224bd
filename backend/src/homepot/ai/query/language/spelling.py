"""Typos: a word that nobody knows is read as one that differs by very little, if there is just
one such. Numbers are never mended: another number is another device."""

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

_LENGTH_MIN = 4


class Speller:
    """The known words by their length; the fleet's own are preferred."""

    def __init__(
        self,
        known: frozenset[str],
        fleet: frozenset[str],
        meaning: Callable[[str], object] = str,
    ) -> None:
        self.known = known
        self._meaning = meaning
        self._fleet = fleet
        lengths: dict[int, list[str]] = defaultdict(list)
        for word in known:
            if len(word) >= _LENGTH_MIN and word.isalpha():
                lengths[len(word)].append(word)
        self._lengths = lengths
        self.mended = lru_cache(maxsize=10_000)(self._mended)

    def _mended(self, word: str, named: bool = False) -> str | None:
        """The word that was meant, or None. `named`: it is written as a name, so it can only be
        one of the fleet's.

        >>> Speller(frozenset({"temperature", "average"}), frozenset()).mended("temprature")
        'temperature'
        """
        if word in self.known or len(word) < _LENGTH_MIN or not word.isalpha():
            return None
        far = 1 if len(word) < 8 else 2
        near = [
            (other, score)
            for length in range(len(word) - far, len(word) + far + 1)
            for other, score, _ in process.extract(
                word, self._lengths.get(length, ()), scorer=OSA.distance, score_cutoff=far, limit=8
            )
            if _alike(word, other) and (not named or other in self._fleet)
        ]
        if not near:
            return None
        least = min(score for _, score in near)
        best = {other for other, score in near if score == least}
        own = best & self._fleet
        chosen = own if len(own) == 1 else best
        # Several as near: they say the same, as "disc" and "disk", or nobody knows.
        first = min(chosen, key=lambda other: (other[-1] != word[-1], len(other), other))
        alike = all(
            other.startswith(first[: max(4, len(first) - 1)])
            or self._meaning(other) == self._meaning(first)
            for other in chosen
        )
        return first if alike else None


def _alike(word: str, other: str) -> bool:
    """The first letter is seldom wrong, unless it changed places with the second."""
    swapped = word[:2] == other[:2][::-1]
    if word[0] != other[0] and not swapped:
        return False
    return len(word) > 4 or sorted(word) == sorted(other) or len(other) > len(word)
