"""Shapes of single values that sites, types and devices share on the wire."""

import math
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PUBLIC_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_DEPTH_MAX = 8
_NODES_MAX = 1_000
_STRING_LENGTH_MAX = 2_000


def without_control(text: str) -> str:
    if found := _CONTROL.search(text):
        message = f"holds the control character U+{ord(found[0]):04X}; give one line of text"
        raise ValueError(message)
    return text


def public_id(text: str) -> str:
    if not _PUBLIC_ID.fullmatch(text):
        message = (
            "an id has 1 to 64 of the characters A-Z a-z 0-9 . _ : - and starts with a letter"
            " or a digit"
        )
        raise ValueError(message)
    return text


def plain_json(value: Any) -> Any:
    """JSON that PostgreSQL can keep: bounded, and without NUL, half characters and NaN."""
    left = _NODES_MAX

    def look(node: Any, depth: int) -> None:
        nonlocal left
        left -= 1
        if left < 0 or depth > _DEPTH_MAX:
            message = f"at most {_NODES_MAX} values, nested at most {_DEPTH_MAX} deep"
            raise ValueError(message)
        if isinstance(node, str):
            if len(node) > _STRING_LENGTH_MAX or "\x00" in node or not node.isprintable():
                _storable(node)
        elif isinstance(node, dict):
            for key, item in node.items():
                look(key, depth + 1)
                look(item, depth + 1)
        elif isinstance(node, list):
            for item in node:
                look(item, depth + 1)
        elif isinstance(node, float) and not math.isfinite(node):
            message = "numbers must be finite"
            raise ValueError(message)

    look(value, 0)
    return value


def _storable(text: str) -> None:
    if len(text) > _STRING_LENGTH_MAX:
        message = f"a text within has at most {_STRING_LENGTH_MAX} characters"
        raise ValueError(message)
    if "\x00" in text or any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        message = "a text within holds a character that cannot be stored"
        raise ValueError(message)


def _blank_is_nothing(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(without_control),
]
_Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500),
    AfterValidator(without_control),
]
# An empty text is no text: a form's cleared field clears the value.
Line = Annotated[_Line | None, BeforeValidator(_blank_is_nothing)]
PublicId = Annotated[str, StringConstraints(max_length=64), AfterValidator(public_id)]
PlainJson = Annotated[Any, AfterValidator(plain_json)]
Query = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(without_control)
]
