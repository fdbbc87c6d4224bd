"""Words as people say them. Pure."""

import json
from collections.abc import Mapping
from typing import Any

_SHOWN_MAX = 60
_PLAIN_WORDS = {
    "missing": "this is missing",
    "extra_forbidden": "this is not known here",
    "model_type": "names with values are expected",
    "dict_type": "names with values are expected",
}


def count(number: int, one: str, many: str | None = None) -> str:
    """How many of them, in the number they are in.

    >>> count(1, "day"), count(2, "day"), count(12_000, "value"), count(0, "entry", "entries")
    ('1 day', '2 days', '12,000 values', '0 entries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shown(value: Any) -> str:
    """A value that somebody sent, as their JSON had it; a long one is cut.

    >>> shown(True), shown(None), shown([1, "a"]), shown("warm")
    ('true', 'null', '[1, "a"]', "'warm'")
    """
    if isinstance(value, str):
        return repr(value[:_SHOWN_MAX])
    try:
        said = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        said = repr(str(value))  # what MessagePack has and JSON has not
    return said if len(said) <= _SHOWN_MAX else f"{said[:_SHOWN_MAX]}…"


EMPTY = "this is empty"


def is_empty(error: Mapping[str, Any]) -> bool:
    """Whether one of pydantic's errors is about something that holds nothing."""
    if error["type"] not in ("string_too_short", "too_short"):
        return False
    said = error["ctx"]
    length: int = said.get("actual_length", said["min_length"] - 1)
    return length == 0


def words_of(error: Mapping[str, Any]) -> str:
    """What one of pydantic's errors says of its place."""
    if is_empty(error):
        return EMPTY
    return _PLAIN_WORDS.get(error["type"], str(error["msg"]).removeprefix("Value error, "))
