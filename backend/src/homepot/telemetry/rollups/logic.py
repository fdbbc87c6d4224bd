"""Which buckets what was committed touches. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FIVE_MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)
QUARTER = timedelta(hours=6)  # of a day
DAY = timedelta(days=1)
# One statement makes at most this much anew; a long history is done in pieces.
PIECE = DAY
DEVICES_MAX = 500
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Committed:
    """What one transaction of the writer stored."""

    first: datetime
    last: datetime
    device_ids: Sequence[int]


@dataclass(frozen=True)
class Piece:
    """Devices whose buckets from `first` up to, and without, `end` are to be made anew."""

    first: datetime
    end: datetime
    device_ids: Sequence[int]
    fine_only: bool = False  # five minutes of an hour that is not over


def bucket_of(at: datetime, span: timedelta) -> datetime:
    """
    >>> bucket_of(datetime(2026, 1, 31, 10, 59, tzinfo=UTC), HOUR).isoformat()
    '2026-01-31T10:00:00+00:00'
    """
    return at - (at - _EPOCH) % span


def kept_since(now: datetime, kept_days: int) -> datetime:
    """From when on there are rollups of five minutes: they go by whole months.

    >>> kept_since(datetime(2026, 11, 21, tzinfo=UTC), 183).isoformat()
    '2026-05-01T00:00:00+00:00'
    """
    return (
        (now - timedelta(days=kept_days))
        .astimezone(UTC)
        .replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    )


def batched(many: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (many[start : start + size] for start in range(0, len(many), size))


def pieces(commits: Iterable[Committed]) -> Iterator[Piece]:
    """Whole hours, a day at a time; commits that touch the same hours are done together."""
    spans: dict[tuple[datetime, datetime], set[int]] = {}
    for commit in commits:
        first = bucket_of(commit.first, HOUR)
        end = bucket_of(commit.last, HOUR) + HOUR
        while first < end:
            beyond = min(end, bucket_of(first, PIECE) + PIECE)
            spans.setdefault((first, beyond), set()).update(commit.device_ids)
            first = beyond
    for (first, end), device_ids in sorted(spans.items()):
        for some in batched(sorted(device_ids), DEVICES_MAX):
            yield Piece(first, end, some)
