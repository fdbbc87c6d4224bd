"""Which buckets are due now: those that are over, and those that late readings touch again. Pure.

A bucket that is still open would be made anew at every look; it is made once, a moment after its
end, from the devices of every commit that touches it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from homepot.telemetry.rollups.logic import (
    DEVICES_MAX,
    FIVE_MINUTES,
    HOUR,
    Committed,
    Piece,
    batched,
    bucket_of,
    pieces,
)

# Most readings of a bucket have come by then; the others make it anew.
CLOSED_AFTER = timedelta(minutes=2)
_MICROSECOND = timedelta(microseconds=1)
EVER = datetime.min.replace(tzinfo=UTC)


def due(
    new: Sequence[Committed], seen: Sequence[Committed], before: datetime, now: datetime
) -> Iterator[Piece]:
    """`new` was committed since the last look, at `before`; `seen` earlier, and touches buckets
    that were open then."""
    closed, closed_before = now - CLOSED_AFTER, before - CLOSED_AFTER
    hour = bucket_of(closed, HOUR)
    hour_before = bucket_of(closed_before, HOUR)
    yield from pieces(
        [*_within(new, EVER, hour), *_within(seen, hour_before, hour)],
    )
    fine = bucket_of(closed, FIVE_MINUTES)
    fine_before = max(hour, bucket_of(closed_before, FIVE_MINUTES))
    yield from _fine_pieces(
        [*_within(new, hour, fine), *_within(seen, fine_before, fine)],
        fine,
    )


def still_open(at: datetime, length: timedelta) -> datetime:
    """The day, or the quarter of it, that was not over yet at a look; those before it were made.

    >>> still_open(datetime(2026, 1, 31, 0, 1, tzinfo=UTC), 24 * HOUR).isoformat()
    '2026-01-30T00:00:00+00:00'
    """
    return bucket_of(at - CLOSED_AFTER, length)


def widened(piece: Piece, length: timedelta) -> Piece:
    """To whole days or quarters of them; no piece is of more than one day.

    >>> noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    >>> wide = widened(Piece(noon + HOUR, noon + 2 * HOUR, [7]), 6 * HOUR)
    >>> wide.first.hour, wide.end.hour
    (12, 18)
    """
    end = bucket_of(piece.end - _MICROSECOND, length) + length
    return replace(piece, first=bucket_of(piece.first, length), end=end)


def _within(commits: Iterable[Committed], first: datetime, end: datetime) -> Iterator[Committed]:
    for commit in commits:
        if commit.last >= first and commit.first < end:
            last = min(commit.last, end - _MICROSECOND)
            yield Committed(max(commit.first, first), last, commit.device_ids)


def _fine_pieces(commits: Sequence[Committed], end: datetime) -> Iterator[Piece]:
    """All of them lie in the hour that is still open: one span is enough."""
    if not commits:
        return
    first = bucket_of(min(commit.first for commit in commits), FIVE_MINUTES)
    devices = sorted({number for commit in commits for number in commit.device_ids})
    for some in batched(devices, DEVICES_MAX):
        yield Piece(first, end, some, fine_only=True)
