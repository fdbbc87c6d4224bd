"""The bytes of a request: unpacked within bounds, and in which form they are."""

import zlib
from typing import Literal

import msgspec

from homepot.core.errors import BadInput, TooLarge
from homepot.telemetry.intake.rows import Format

UNPACKED_MAX_BYTES = 64 * 1024 * 1024
FORMS: dict[str, Format] = {
    "application/json": "json",
    "application/msgpack": "msgpack",
    "application/x-msgpack": "msgpack",
    "application/vnd.msgpack": "msgpack",
}
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_MAP_OF_ONE, _MAP_OF_FIFTEEN = 0x81, 0x8F


def form_of(content_type: str | None) -> Format:
    given = (content_type or "application/json").partition(";")[0].strip().lower()
    if given not in FORMS:
        raise BadInput(
            f"Content-Type {given[:80]!r} is not taken; send application/json or"
            " application/msgpack.",
            at="header.content-type",
        )
    return FORMS[given]


def unpacked(body: bytes, encoding: str | None) -> bytes:
    """What was sent, unpacked. A small body that unpacks to a huge one is stopped on the way."""
    given = (encoding or "identity").strip().lower()
    if given == "identity":
        return body
    if given not in ("gzip", "deflate"):
        raise BadInput(
            f"Content-Encoding {given[:80]!r} is not taken; send gzip or nothing.",
            at="header.content-encoding",
        )
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        found = unpacker.decompress(body, UNPACKED_MAX_BYTES + 1)
    except zlib.error:
        raise BadInput("The body is not what its Content-Encoding says.", at="body") from None
    if len(found) > UNPACKED_MAX_BYTES:
        raise TooLarge(f"The body unpacks to more than {UNPACKED_MAX_BYTES:,} bytes.")
    if not unpacker.eof:
        raise BadInput("The packed body ends too early.", at="body")
    return found


def layout_of(body: bytes, form: Format) -> Literal["rows", "columns"]:
    """Columns are a MessagePack map that holds `values`; its first key nearly always tells."""
    if form != "msgpack" or not body or not _MAP_OF_ONE <= body[0] <= _MAP_OF_FIFTEEN:
        return "rows"
    if body[1:].startswith(b"\xa5units"):
        return "rows" if _holds_readings(body) else "columns"
    return "rows" if body[1:].startswith(b"\xa8readings") else "columns"


class _Rows(msgspec.Struct):
    readings: msgspec.Raw


def _holds_readings(body: bytes) -> bool:
    try:
        msgspec.msgpack.decode(body, type=_Rows)
    except msgspec.DecodeError:
        return False
    return True
