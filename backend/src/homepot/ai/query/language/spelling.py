"""Typos: a word that nobody knows is read as one that differs by very little, if there is just
one such. Numbers are never mended: another number is another device."""

from collections import defaultdict
from collections.abc import Callable

from rapidfuzz import process
from rapidfuzz.distance import OSA

_LENGTH_MIN = 4
_REMEMBERED_MAX = 10_000
# Small words that are often mistyped: one of these is meant, if it is one slip away.
_SMALL = (
    "the", "and", "how", "what", "which", "are", "have", "has", "was", "were", "for", "did",
    "does", "with", "last", "many", "much", "day", "days", "week", "hour", "hours", "now", "all",
    "our", "that", "than", "then", "from", "when", "where", "there", "not", "been", "more", "most",
    "least", "right", "over", "under", "above", "below", "show", "list", "site", "past", "today",
    "any", "who", "why", "is", "of", "in", "to", "at", "on", "do", "we",
)  # fmt: skip
_SLIPS = {
    "hav": "have",
    "hve": "have",
    "haev": "have",
    "hvae": "have",
    "teh": "the",
    "hte": "the",
    "adn": "and",
    "nad": "and",
    "wat": "what",
    "wut": "what",
    "waht": "what",
    "wht": "what",
    "hwat": "what",
    "wich": "which",
    "whch": "which",
    "whcih": "which",
    "wihch": "which",
    "hw": "how",
    "hwo": "how",
    "hou": "how",
    "mny": "many",
    "mani": "many",
    "meny": "many",
    "lst": "last",
    "lsat": "last",
    "dys": "days",
    "dayz": "days",
    "dasy": "days",
    "wek": "week",
    "weak": "week",
    "huor": "hour",
    "huors": "hours",
    "houres": "hours",
    "rite": "right",
    "rihgt": "right",
    "nw": "now",
    "wre": "were",
    "wer": "were",
    "si": "is",
    "iz": "is",
    "fo": "of",
    "ov": "of",
    "taht": "that",
    "tht": "that",
    "dat": "that",
    "ws": "was",
    "wuz": "was",
    "frm": "from",
    "fro": "from",
    "form": "from",
    "wiht": "with",
    "wth": "with",
    "wit": "with",
    "abov": "above",
    "bove": "above",
    "ovr": "over",
    "bfore": "before",
    "aftr": "after",
    "becuase": "because",
    "shw": "show",
    "shwo": "show",
    "sho": "show",
    "lsit": "list",
    "giv": "give",
    "gve": "give",
    "tha": "the",
    "thier": "their",
    "ther": "there",
    "dose": "does",
    "deos": "does",
    "tody": "today",
    "tday": "today",
    "todya": "today",
    "ystrday": "yesterday",
    "yestrday": "yesterday",
    "yesteday": "yesterday",
    "yesturday": "yesterday",
    "yesterdy": "yesterday",
    "offen": "often",
    "oftn": "often",
    "alot": "lot",
    "mor": "more",
    "mroe": "more",
    "tan": "than",
    "thn": "than",
    "sinse": "since",
    "snce": "since",
    "currntly": "currently",
    "rebot": "reboot",
    "rebots": "reboots",
    "reboted": "rebooted",
    "devce": "device",
    "devcie": "device",
    "divice": "device",
    "devise": "device",
}


class Speller:
    """The known words by their length; the fleet's own are preferred."""

    def __init__(
        self,
        known: frozenset[str],
        fleet: frozenset[str],
        meaning: Callable[[str], object] = str,
        empty: frozenset[str] = frozenset(),  # known, but nobody's slip: prevented is not presented
    ) -> None:
        self.known = known
        self._meaning = meaning
        self._fleet = fleet
        lengths: dict[int, list[str]] = defaultdict(list)
        for word in known:
            if len(word) >= _LENGTH_MIN and word.isalpha() and word not in empty:
                lengths[len(word)].append(word)
        self._lengths = lengths
        self._mended_before: dict[tuple[str, bool], str | None] = {}

    def mended(self, word: str, named: bool = False) -> str | None:
        """The word that was meant, or None. `named`: it is written as a name, so it can only be
        one of the fleet's.

        >>> Speller(frozenset({"temperature", "average"}), frozenset()).mended("temprature")
        'temperature'
        """
        if word in self.known or not word.isalpha():
            return None
        key = (word, named)
        if key not in self._mended_before:
            if len(self._mended_before) >= _REMEMBERED_MAX:
                self._mended_before.clear()
            self._mended_before[key] = self._looked_up(word, named)
        return self._mended_before[key]

    def _looked_up(self, word: str, named: bool) -> str | None:
        if not named and (small := _small(word)) is not None:
            return small
        if len(word) < _LENGTH_MIN:
            return None
        far = 1 if len(word) < 7 else 2
        near = [
            (other, score)
            for length in range(len(word) - far, len(word) + far + 1)
            for other, score, _ in process.extract(
                word, self._lengths.get(length, ()), scorer=OSA.distance, score_cutoff=far, limit=8
            )
            if _alike(word, other)
            and (not named or other in self._fleet)
            and (score < 2 or len(word) > 7 or _same_bones(word, other))
        ]
        if not near:
            return None
        least = min(score for _, score in near)
        if any(not self._is_empty(other) for other, score in near if score == least):
            near = [one for one in near if not self._is_empty(one[0])]
        best = {other for other, score in near if score == least}
        best = {other for other in best if _same_bones(word, other)} or best
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

    def apart(self, word: str) -> tuple[str, str] | None:
        """Two known words that were run together, if there is just one way: diskusage.

        >>> Speller(frozenset({"disk", "usage"}), frozenset()).apart("diskusage")
        ('disk', 'usage')
        """
        if len(word) < 7:
            return None
        ways = [
            (word[:at], word[at:])
            for at in range(3, len(word) - 2)
            if word[:at] in self.known and word[at:] in self.known
        ]
        return ways[0] if len(ways) == 1 else None

    def _is_empty(self, word: str) -> bool:
        """Only the name of something that this fleet does not have: robot."""
        tags = self._meaning(word)
        return bool(tags) and isinstance(tags, list) and all(tag.value == () for tag in tags)


def _small(word: str) -> str | None:
    """A small word with one slip: two letters swapped, or one left out of a longer one."""
    if word in _SLIPS:
        return _SLIPS[word]
    if len(word) < 3:
        return None
    swapped = [
        one for one in _SMALL if sorted(one) == sorted(word) and OSA.distance(one, word) == 1
    ]
    return swapped[0] if len(swapped) == 1 and len(word) > 2 else None


def _same_bones(word: str, other: str) -> bool:
    """The same consonants in the same order, but for doubled ones: wichever, whichever."""
    return _bones(word) == _bones(other) or sorted(word) == sorted(other)


def _bones(word: str) -> str:
    kept = [sign for sign in word[1:] if sign not in "aeiouyh"]
    return word[0] + "".join(
        sign for at, sign in enumerate(kept) if at == 0 or kept[at - 1] != sign
    )


def _alike(word: str, other: str) -> bool:
    """The first letter is seldom wrong, unless it changed places with the second."""
    swapped = word[:2] == other[:2][::-1]
    if word[0] != other[0] and not swapped:
        return False
    return len(word) > 4 or sorted(word) == sorted(other) or len(other) > len(word)
