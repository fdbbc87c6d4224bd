"""Pages of a list by keyset: a cursor is where the last page ended, never a row number.

The cursor is opaque to callers, names the list it was made for (its sort and filters), and is
checked in every part when it comes back: it can only move the window, so it needs no signature.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from homepot.core.errors import BadInput

_LENGTH_MAX = 4_000
Key = str | int | datetime | None


class BadCursor(BadInput):
    """This cursor does not belong to this list; start again without one."""

    kind = "bad-cursor"

    def __init__(self) -> None:
        super().__init__(at="query.cursor")


def list_mark(*parts: Any) -> str:
    """A short mark of a list's sort and filters."""
    spelled = json.dumps(parts, default=str, ensure_ascii=False)
    digest = hashlib.sha256(spelled.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[:9]).decode()


def make_cursor(mark: str, keys: Sequence[Key]) -> str:
    """Where a page ended: the sort keys of its last row."""
    spelled = [key.isoformat() if isinstance(key, datetime) else key for key in keys]
    packed = json.dumps([mark, *spelled], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read_cursor(cursor: str, mark: str, kinds: Sequence[type]) -> list[Key]:
    """The sort keys in a cursor, of the kinds this sort has; BadCursor for anything else.

    A datetime may be null: a device that was never heard from sorts by one.
    """
    if len(cursor) > _LENGTH_MAX:
        raise BadCursor
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        given = json.loads(packed)
    except (binascii.Error, ValueError, RecursionError):
        raise BadCursor from None
    if not isinstance(given, list) or len(given) != len(kinds) + 1 or given[0] != mark:
        raise BadCursor
    return [_key(value, kind) for value, kind in zip(given[1:], kinds, strict=True)]


def _key(value: Any, kind: type) -> Key:
    if kind is datetime:
        return _moment(value)
    if kind is int:
        if type(value) is int and 0 <= value < 2**31:
            return value
    elif isinstance(value, str) and _storable(value):
        return value
    raise BadCursor


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadCursor from None
    if moment.tzinfo is None:
        raise BadCursor
    return moment


def _storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
