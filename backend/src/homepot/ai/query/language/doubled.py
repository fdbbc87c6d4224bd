"""Two questions in one breath: where the second begins, if there is one."""

import re
from collections.abc import Iterator

_ASKS = (
    r"how (?:many|much|often|long|high|hot|warm|cold|is|are|was|were|old|full|do|does|did)"
    r"|which (?!(?:is|are|was|were|has|have|had|also|do|does|did|will|can|restarted|of)\b)"
    r"|what(?:'s)?|when|where|is|are|was|were|did|does|do|has|have|list|show|who|why"
    r"|give me|tell me"
)
_JOINT = re.compile(
    r"(?:,?\s+(?:and|&|plus|as well as)\s+(?:also\s+|then\s+|please\s+)?"
    rf"|[?;]\s+(?:and\s+|also\s+)*)(?=(?:{_ASKS})\b)",
    re.IGNORECASE,
)
_OPENS = re.compile(rf"(?:{_ASKS}|in which|at which|on which)\b", re.IGNORECASE)
_WORDS_MIN = 3


def halves(text: str) -> Iterator[tuple[str, str]]:
    """
    >>> list(halves("How many tills are offline and which servers restarted today?"))
    [('How many tills are offline', 'which servers restarted today?')]
    >>> list(halves("tills that are old and that were restarted"))
    []
    """
    for joint in _JOINT.finditer(text):
        first, second = text[: joint.start()].strip(), text[joint.end() :].strip()
        opened = _OPENS.search(first)
        if opened and min(len(first.split()), len(second.split())) >= _WORDS_MIN:
            yield first, second
