"""Which times of which devices are to be read. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from homepot.telemetry.rollups.logic import batched, bucket_of

DEVICES_MAX = 1_000
# What lies within one such span is read together; a long history in pieces.
SPAN = timedelta(hours=3)
# A long history of few devices is not cut so small: this much time of one device, or of several
# together, is read at once.
HISTORY_SPAN = timedelta(days=10)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Commit:
    id: int
    first: datetime
    last: datetime
    device_ids: Sequence[int]


@dataclass(frozen=True)
class Window:
    """From `first` up to and with `last`."""

    first: datetime
    last: datetime
    device_ids: Sequence[int]


def windows(commits: Iterable[Commit]) -> list[Window]:
    """By time, so that each device's history is met in its order; what follows each other of the
    same devices is one.

    >>> from datetime import UTC
    >>> at = datetime(2026, 1, 1, 2, 59, tzinfo=UTC)
    >>> known = windows([Commit(1, at, at + timedelta(minutes=2), [7])])
    >>> [(one.first.hour, one.last.hour) for one in known]
    [(2, 3)]
    """
    spans: dict[datetime, list[Commit]] = {}
    for commit in commits:
        first = commit.first
        while first <= commit.last:
            end = bucket_of(first, SPAN) + SPAN
            last = min(commit.last, end - _MICROSECOND)
            part = Commit(commit.id, first, last, commit.device_ids)
            spans.setdefault(end, []).append(part)
            first = end
    found = []
    for _, parts in sorted(spans.items()):
        first, last = min(p.first for p in parts), max(p.last for p in parts)
        devices = sorted({number for part in parts for number in part.device_ids})
        found += [Window(first, last, some) for some in batched(devices, DEVICES_MAX)]
    return list(_together(found))


def _together(windows: Iterable[Window]) -> Iterator[Window]:
    """The same, with what follows each other of the same devices as one."""
    held: Window | None = None
    for window in windows:
        if held and window.device_ids == held.device_ids:
            length = (window.last - held.first) * len(window.device_ids)
            if length <= HISTORY_SPAN and window.first - held.last <= SPAN:
                held = Window(held.first, window.last, held.device_ids)
                continue
        if held:
            yield held
        held = window
    if held:
        yield held
