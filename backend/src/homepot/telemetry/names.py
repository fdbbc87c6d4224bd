"""Ids for devices that others named. Pure, and the same for ever: the given name decides."""

import hashlib
import re
from base64 import b32encode

ID_MAX = 64
_HASH_LENGTH = 10
_DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def device_id(given: str) -> str:
    """The name itself where it can be an id; else what is left of it, told apart by a hash.

    >>> device_id("till-3.lan"), device_id("kitchen/floor light")
    ('till-3.lan', 'kitchen-floor-light-cad5zphopj')
    """
    if _DEVICE_ID.fullmatch(given):
        return given
    ending = "-" + short_hash(given)
    clean = re.sub(r"[^A-Za-z0-9._:-]+", "-", given).strip("._:-") or "device"
    return clean[: ID_MAX - len(ending)] + ending


def short_hash(text: str) -> str:
    """Letters and digits without "_"."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return b32encode(digest)[:_HASH_LENGTH].decode().lower()
