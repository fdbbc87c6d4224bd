"""JSON and free text from devices: bounded, and such that PostgreSQL can keep it."""

import json
import math
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints

DOCUMENT_BYTES_MAX = 64 * 1024
_DEPTH_MAX = 32


def storable(text: str) -> str:
    if "\0" in text:
        message = "holds the character U+0000, which cannot be stored"
        raise ValueError(message)
    if any("\ud800" <= char <= "\udfff" for char in text):
        message = "holds half a character (a lone surrogate), which cannot be stored"
        raise ValueError(message)
    return text


def document(value: Any) -> Any:
    """JSON as it came, where it is of a size and form that can be kept.

    >>> document({"till": [1, 2.5, "zwei"]})
    {'till': [1, 2.5, 'zwei']}
    """
    _look(value, "", 0)
    if len(json.dumps(value, ensure_ascii=False).encode()) > DOCUMENT_BYTES_MAX:
        message = f"has more than {DOCUMENT_BYTES_MAX:,} bytes as JSON"
        raise ValueError(message)
    return value


def _look(node: Any, place: str, depth: int) -> None:
    if depth > _DEPTH_MAX:
        message = f"is nested more than {_DEPTH_MAX} deep"
        raise ValueError(message)
    if isinstance(node, dict):
        for key, item in node.items():
            _look_at(key, f"{place}.{key[:40]!r}")
            _look(item, f"{place}.{key[:40]}", depth + 1)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            _look(item, f"{place}.{index}", depth + 1)
    elif isinstance(node, str):
        _look_at(node, place)
    elif isinstance(node, float) and not math.isfinite(node):
        message = f"{place[1:] or 'the value'}: numbers must be finite"
        raise ValueError(message)


def _look_at(text: str, place: str) -> None:
    try:
        storable(text)
    except ValueError as error:
        message = f"{place[1:] or 'the value'}: {error}"
        raise ValueError(message) from None


Document = Annotated[Any, AfterValidator(document)]
Object = Annotated[dict[str, Any], AfterValidator(document)]
# A word or two; a line; a page.
Word = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
    AfterValidator(storable),
]
Sentence = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(storable),
]
Page = Annotated[
    str, StringConstraints(min_length=1, max_length=16 * 1024), AfterValidator(storable)
]
