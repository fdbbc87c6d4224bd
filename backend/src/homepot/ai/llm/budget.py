"""How much fits into the window of a model. Pure.

Tokens are estimated, never too few for the languages a fleet is written about: a token is
seldom shorter than three letters, and ids and figures fall apart into more.
"""

import math
import re
from collections.abc import Sequence

_PIECES = re.compile(r"[A-Za-z]+|\d|[^\sA-Za-z\d]")
_LETTERS_A_TOKEN = 4
# What a chat template puts around a message.
AROUND_A_MESSAGE = 8


def tokens_of(text: str) -> int:
    """
    >>> tokens_of("The pump is hot."), tokens_of("pos_1161: 93.4 %")
    (5, 12)
    """
    return sum(
        math.ceil(len(piece) / _LETTERS_A_TOKEN) if piece[0].isascii() else len(piece.encode())
        for piece in _PIECES.findall(text)
    )


def left_for_context(window: int, answer_tokens: int, *always: str) -> int:
    """Tokens that remain beside the answer and what has to be said in any case."""
    said = sum(tokens_of(text) + AROUND_A_MESSAGE for text in always)
    return window - answer_tokens - said


def fitting(parts: Sequence[str], tokens_max: int) -> list[str]:
    """The first of these that fit, the most important one first; whole parts only."""
    kept: list[str] = []
    for part in parts:
        tokens_max -= tokens_of(part)
        if tokens_max < 0:
            break
        kept.append(part)
    return kept
