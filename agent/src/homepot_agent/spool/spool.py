"""The spool: reports go in, stay through any crash, and leave when the server has them."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from homepot_agent import files
from homepot_agent.spool import records, recovery
from homepot_agent.spool.records import Report
from homepot_agent.spool.recovery import Segment
from homepot_agent.spool.waiting import as_ranges, joined

log = logging.getLogger(__name__)

SEGMENT_BYTES = 1024 * 1024
SEGMENTS_MIN = 8
BYTES_MIN = 64 * 1024
# While the disk takes nothing, this many reports (a day of them) are kept in memory.
HELD_MAX = 2880
RECENT_MAX = 32
# Forgotten beyond this, which means that some reports are sent once more.
UNSAVED_MAX = 10_000


@dataclass(frozen=True)
class SpoolFacts:
    """What the spool says of itself."""

    waiting: int
    bytes: int
    bytes_max: int
    dropped: int
    damaged: int
    in_memory_only: int
    oldest_stamp_us: int | None


class Spool:
    """Safe to use from several threads.

    A report counts as spooled once it has been flushed to the medium; `append` returns after
    that. If the disk refuses, the report is kept in memory and written with the next one.
    """

    def __init__(self, folder: Path, bytes_max: int, segment_bytes: int | None = None) -> None:
        self._folder = folder
        self._bytes_max = max(bytes_max, BYTES_MIN)
        self._segment_bytes = segment_bytes or min(SEGMENT_BYTES, self._bytes_max // SEGMENTS_MIN)
        self._lock = threading.RLock()
        self._held: dict[int, Report] = {}
        self._unsaved_done: list[tuple[int, int]] = []
        self._recent: deque[Report] = deque(maxlen=RECENT_MAX)
        self._disk_trouble = ""
        self._handle: int | None = None
        self._oldest_known: tuple[int, int] | None = None
        files.make_private_folder(folder)
        self._recover()

    # --- starting and ending ---

    def _recover(self) -> None:
        found = recovery.look(self._folder)
        for path in found.empty:
            path.unlink()
        self._segments = found.segments
        self._waiting = found.waiting
        self._next = found.next_sequence
        self._last_stamp_us = found.last_stamp_us
        self._dropped = found.dropped
        self._damaged = found.damaged
        if found.damaged:
            log.error(
                "Reports that can not be read any more, because the medium is damaged: %d",
                found.damaged,
            )
        if not self._segments:
            self._start_segment(self._next)
            return
        last = self._segments[-1]
        self._handle = files.open_for_append(last.path)
        if found.torn_bytes:
            last.size -= found.torn_bytes
            os.ftruncate(self._handle, last.size)
            log.info("Cut %d bytes of an unfinished record off the spool", found.torn_bytes)
        # What is read from here on must not vanish in a power cut after it was acknowledged.
        files.sync_file(self._handle)
        self._retire()

    def close(self) -> None:
        with self._lock:
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    files.sync_file(self._handle)
                self._close_segment()

    # --- putting in ---

    @property
    def last_stamp_us(self) -> int:
        """The time of the newest report, also when that has long been sent."""
        return self._last_stamp_us

    @property
    def next_sequence(self) -> int:
        return self._next

    @property
    def disk_trouble(self) -> str:
        """Why the disk does not take reports at the moment; empty while it does."""
        return self._disk_trouble

    def append(self, stamp_us: int, metrics: bytes) -> int:
        """Keep a report; return its sequence number."""
        with self._lock:
            report = Report(self._next, stamp_us, metrics)
            self._next += 1
            self._waiting.add(report.sequence, report.sequence + 1)
            self._last_stamp_us = stamp_us
            self._recent.append(report)
            self._held[report.sequence] = report
            self._write_held()
            while len(self._held) > HELD_MAX:
                self._drop_held()
            return report.sequence

    def _write_held(self) -> None:
        data = b"".join(records.report_record(one) for one in self._held.values())
        if self._unsaved_done:
            data = records.done_record(self._next, self._unsaved_done) + data
        try:
            self._make_room(len(data))
            self._write(data, flush=True)
        except OSError as error:
            if not self._disk_trouble:
                log.error("The disk does not take reports, keeping them in memory: %s", error)  # noqa: TRY400 - the sentence says it all
            self._disk_trouble = str(error)
            return
        if self._disk_trouble:
            log.info("The disk takes reports again")
        self._disk_trouble = ""
        self._held.clear()
        self._unsaved_done.clear()

    def _drop_held(self) -> None:
        sequence = next(iter(self._held))
        del self._held[sequence]
        self._waiting.discard(sequence, sequence + 1)
        self._dropped += 1
        if self._dropped % 100 == 1:
            log.error("Dropping the oldest reports in memory: the disk has taken none for too long")

    def _write(self, data: bytes, flush: bool) -> None:
        """Append to the last segment, or leave it as it was and raise."""
        if self._handle is None or self._is_full(len(data)):
            self._start_segment(min(self._held, default=self._next))
        assert self._handle is not None
        last = self._segments[-1]
        try:
            files.write_all(self._handle, data)
            if flush:
                files.sync_file(self._handle)
        except OSError:
            self._take_back(last)
            raise
        last.size += len(data)

    def _is_full(self, size: int) -> bool:
        last = self._segments[-1]
        return last.size > records.HEAD_BYTES and last.size + size > self._segment_bytes

    def _take_back(self, last: Segment) -> None:
        assert self._handle is not None
        try:
            os.ftruncate(self._handle, last.size)
        except OSError:
            # The half record stays; readers step over it, and the next goes to a new segment.
            self._close_segment()

    def _close_segment(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _start_segment(self, first: int) -> None:
        head = records.SegmentHead(first, self._last_stamp_us, self._dropped)
        path = recovery.segment_path(self._folder, first)
        if self._segments and self._segments[-1].path == path:
            # It holds no report: begin it anew.
            self._segments.pop()
            self._close_segment()
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        handle = files.open_for_append(path)
        try:
            files.write_all(handle, records.head_bytes(head))
            files.sync_file(handle)
            files.sync_folder(self._folder)
        except OSError:
            os.close(handle)
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        self._close_segment()
        self._handle = handle
        self._segments.append(Segment(path, first, records.HEAD_BYTES))

    def _make_room(self, size: int) -> None:
        """Drop the oldest segments until so many bytes more are within the limit."""
        dropped = 0
        while self._bytes() + size > self._bytes_max and len(self._segments) > 1:
            dropped += self._waiting.discard(self._segments[0].first, self._segments[1].first)
            self._segments.pop(0).path.unlink()
        if dropped:
            self._dropped += dropped
            log.error(
                "The spool is full (%d MB); of its oldest reports dropped: %d, in all %d",
                self._bytes_max // 1_000_000,
                dropped,
                self._dropped,
            )
            self._write(records.dropped_record(self._next, self._dropped), flush=False)

    # --- taking out ---

    def oldest(self, count: int, bytes_max: int) -> list[Report]:
        """The reports that have waited longest, in order."""
        with self._lock:
            return self._reports(list(self._waiting.first(count)), bytes_max)

    def newest(self, count: int) -> list[Report]:
        """The newest reports, in order; none if the very newest is gone: the rest is backlog."""
        with self._lock:
            if self._next - 1 not in self._waiting:
                return []
            wanted = self._waiting.last_run(min(count, RECENT_MAX))
            recent = {one.sequence: one for one in self._recent}
            if all(number in recent for number in wanted):
                return [recent[number] for number in wanted]
            return self._reports(list(wanted), bytes_max=self._bytes_max)

    def _reports(self, wanted: list[int], bytes_max: int) -> list[Report]:
        found = dict(self._held)
        chosen: list[Report] = []
        size = 0
        for number in wanted:
            if number not in found:
                try:
                    self._read_into(found, number)
                except OSError as error:
                    log.error("A part of the spool can not be read: %s", error)  # noqa: TRY400
                    break
            report = found.get(number)
            if report is None:
                self._waiting.discard(number, number + 1)
                self._damaged += 1
                log.error("Report %d vanished from the disk", number)
                continue
            size += len(report.metrics)
            if chosen and size > bytes_max:
                break
            chosen.append(report)
        return chosen

    def _read_into(self, found: dict[int, Report], number: int) -> None:
        segment = max(
            (one for one in self._segments if one.first <= number),
            key=lambda one: one.first,
            default=None,
        )
        if segment is None:
            return
        for one in records.whole_records(segment.path.read_bytes()):
            if one.kind == records.REPORT and one.sequence >= number:
                found[one.sequence] = records.as_report(one)

    def acknowledge(self, sequences: Iterable[int]) -> None:
        """The server has answered for these: they need not be kept.

        Not flushed: should a power cut undo it, they are sent once more, which does no harm.
        """
        with self._lock:
            ranges = as_ranges(sequences)
            for start, end in ranges:
                self._waiting.discard(start, end)
                for number in [one for one in self._held if start <= one < end]:
                    del self._held[number]
            self._unsaved_done = joined([*self._unsaved_done, *ranges])[-UNSAVED_MAX:]
            try:
                self._write(records.done_record(self._next, self._unsaved_done), flush=False)
            except OSError:
                return  # goes to disk with the next report
            self._unsaved_done.clear()
            self._retire()

    def _retire(self) -> None:
        """Delete the oldest segments in which nothing waits."""
        while len(self._segments) > 1:
            oldest_waiting = next(self._waiting.first(1), self._next)
            if oldest_waiting < self._segments[1].first:
                return
            try:
                self._segments[0].path.unlink()
            except OSError as error:
                log.warning("A finished part of the spool can not be deleted: %s", error)
                return
            self._segments.pop(0)

    # --- telling ---

    def __len__(self) -> int:
        return len(self._waiting)

    def _bytes(self) -> int:
        return sum(one.size for one in self._segments)

    def facts(self) -> SpoolFacts:
        with self._lock:
            return SpoolFacts(
                waiting=len(self._waiting),
                bytes=self._bytes(),
                bytes_max=self._bytes_max,
                dropped=self._dropped,
                damaged=self._damaged,
                in_memory_only=len(self._held),
                oldest_stamp_us=self._oldest_stamp_us(),
            )

    def _oldest_stamp_us(self) -> int | None:
        number = next(self._waiting.first(1), None)
        if number is None:
            return None
        if self._oldest_known is None or self._oldest_known[0] != number:
            recent = [one for one in self._recent if one.sequence == number]
            reports = recent or self._reports([number], bytes_max=self._bytes_max)
            self._oldest_known = (number, reports[0].stamp_us) if reports else None
        return self._oldest_known[1] if self._oldest_known else None
