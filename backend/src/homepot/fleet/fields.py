"""Shapes of single values that sites, types and devices share on the wire."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints

# Also what turns the direction of writing round: a name must read as it was typed.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_PUBLIC_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


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
Query = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(without_control)
]
