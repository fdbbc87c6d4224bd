"""What a spool folder holds, whatever state the last run left it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from homepot_agent.spool import records
from homepot_agent.spool.waiting import Waiting

SUFFIX = ".seg"
DIGIT = "[0-9]"


@dataclass
class Segment:
    """One file of the log: it holds the sequence numbers from `first` up to that of the next."""

    path: Path
    first: int
    size: int


@dataclass
class Contents:
    """What was found: what still waits, where the log goes on, and what is wrong with it."""

    segments: list[Segment] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)
    next_sequence: int = 1
    last_stamp_us: int = 0
    dropped: int = 0
    # numbers that were written and can not be read any more
    damaged: int = 0
    # files that hold nothing; the first bytes of a segment were never written
    empty: list[Path] = field(default_factory=list)
    # bytes behind the last whole record of the last segment
    torn_bytes: int = 0


def segment_path(folder: Path, first: int) -> Path:
    return folder / f"{first:020d}{SUFFIX}"


def look(folder: Path) -> Contents:
    """Read the whole folder, one segment after the other; change nothing."""
    contents = Contents()
    missing = Waiting()
    for path in sorted(folder.glob(f"{DIGIT * 20}{SUFFIX}")):
        data = path.read_bytes()
        head = records.read_head(data)
        first = head.first if head else int(path.stem)
        if not contents.segments:
            contents.next_sequence = max(contents.next_sequence, first)
        _note_gap(contents, missing, first)
        if head is None:
            contents.empty.append(path)
            continue
        contents.last_stamp_us = head.last_stamp_us
        contents.dropped = max(contents.dropped, head.dropped)
        contents.segments.append(Segment(path, head.first, len(data)))
        end = records.HEAD_BYTES
        for found in records.whole_records(data):
            _take(contents, missing, found)
            end = found.end
        contents.torn_bytes = len(data) - end
    contents.damaged = len(missing)
    return contents


def _take(contents: Contents, missing: Waiting, found: records.Found) -> None:
    if found.kind == records.REPORT:
        if found.sequence >= contents.next_sequence:
            _note_gap(contents, missing, found.sequence)
            contents.next_sequence = found.sequence + 1
            contents.last_stamp_us = records.stamp_of(found)
        elif not missing.discard(found.sequence, found.sequence + 1):
            return  # written once more after a flush that failed
        contents.waiting.add(found.sequence, found.sequence + 1)
    elif found.kind == records.DONE:
        for start, end in records.as_ranges(found):
            _note_gap(contents, missing, start)
            contents.waiting.discard(start, end)
            missing.discard(start, end)
            contents.next_sequence = max(contents.next_sequence, end)
    else:
        contents.dropped = max(contents.dropped, records.as_count(found))


def _note_gap(contents: Contents, missing: Waiting, sequence: int) -> None:
    if sequence > contents.next_sequence:
        missing.add(contents.next_sequence, sequence)
        contents.next_sequence = sequence
