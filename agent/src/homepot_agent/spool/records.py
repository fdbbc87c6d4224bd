"""The bytes of the log: how a record is written, and how it is found again after a crash.

    segment  = head record*
    head     = magic(8) crc32(4) first sequence(8) last stamp(8) dropped so far(8)
    record   = body length(4) crc32(4) kind(1) sequence(8) body

All little-endian. Each checksum covers everything behind it in its head, and the body. A record
carries its own sequence number, so whatever is missing between two records is known exactly.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAGIC = b"HPSPOOL1"
REPORT, DONE, DROPPED = 1, 2, 3
_KINDS = frozenset({REPORT, DONE, DROPPED})
BODY_BYTES_MAX = 256 * 1024

_HEAD = struct.Struct("<8sI")
_HEAD_FACTS = struct.Struct("<QqQ")
_RECORD = struct.Struct("<II")
_RECORD_FACTS = struct.Struct("<BQ")
_STAMP = struct.Struct("<q")
_RANGE = struct.Struct("<QQ")
_COUNT = struct.Struct("<Q")
HEAD_BYTES = _HEAD.size + _HEAD_FACTS.size
RECORD_HEAD_BYTES = _RECORD.size + _RECORD_FACTS.size


@dataclass(frozen=True)
class SegmentHead:
    """What must survive the deletion of everything before this segment."""

    first: int
    last_stamp_us: int
    dropped: int


@dataclass(frozen=True)
class Report:
    """One report as it waits: its number on this device, its time, its metrics as JSON."""

    sequence: int
    stamp_us: int
    metrics: bytes


@dataclass(frozen=True)
class Found:
    """A whole record, and where it ends."""

    kind: int
    sequence: int
    body: memoryview
    end: int


def head_bytes(head: SegmentHead) -> bytes:
    facts = _HEAD_FACTS.pack(head.first, head.last_stamp_us, head.dropped)
    return _HEAD.pack(MAGIC, zlib.crc32(facts)) + facts


def read_head(data: bytes) -> SegmentHead | None:
    """None where the segment was torn before its head was whole."""
    if len(data) < HEAD_BYTES:
        return None
    magic, checksum = _HEAD.unpack_from(data)
    facts = data[_HEAD.size : HEAD_BYTES]
    if magic != MAGIC or zlib.crc32(facts) != checksum:
        return None
    return SegmentHead(*_HEAD_FACTS.unpack(facts))


def report_record(report: Report) -> bytes:
    return _record(REPORT, report.sequence, _STAMP.pack(report.stamp_us) + report.metrics)


def done_record(sequence: int, ranges: Iterable[tuple[int, int]]) -> bytes:
    """The server has these (each range from its first up to, without, its end)."""
    return _record(DONE, sequence, b"".join(_RANGE.pack(*one) for one in ranges))


def dropped_record(sequence: int, dropped: int) -> bytes:
    """So many reports were dropped unsent in the life of this spool."""
    return _record(DROPPED, sequence, _COUNT.pack(dropped))


def _record(kind: int, sequence: int, body: bytes) -> bytes:
    assert len(body) <= BODY_BYTES_MAX
    facts = _RECORD_FACTS.pack(kind, sequence)
    return _RECORD.pack(len(body), zlib.crc32(body, zlib.crc32(facts))) + facts + body


def stamp_of(found: Found) -> int:
    (stamp_us,) = _STAMP.unpack_from(found.body)
    return int(stamp_us)


def as_report(found: Found) -> Report:
    return Report(found.sequence, stamp_of(found), bytes(found.body[_STAMP.size :]))


def as_ranges(found: Found) -> list[tuple[int, int]]:
    return list(_RANGE.iter_unpack(found.body))


def as_count(found: Found) -> int:
    (count,) = _COUNT.unpack_from(found.body)
    return int(count)


def whole_records(data: bytes) -> Iterator[Found]:
    """Every record behind the head that is whole, in order; damage between them is stepped over."""
    view = memoryview(data)
    at = HEAD_BYTES
    while at + RECORD_HEAD_BYTES <= len(data):
        found = _record_at(view, at)
        if found is None:
            at += 1
        else:
            yield found
            at = found.end


def _record_at(view: memoryview, at: int) -> Found | None:
    length, checksum = _RECORD.unpack_from(view, at)
    start = at + RECORD_HEAD_BYTES
    end = start + length
    if length > BODY_BYTES_MAX or end > len(view):
        return None
    kind, sequence = _RECORD_FACTS.unpack_from(view, at + _RECORD.size)
    if kind not in _KINDS or (kind != DONE and length < _STAMP.size):
        return None
    body = view[start:end]
    if zlib.crc32(body, zlib.crc32(view[at + _RECORD.size : start])) != checksum:
        return None
    return Found(kind, sequence, body, end)
