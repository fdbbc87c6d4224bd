"""Which days are due, which devices share a file, and how a file is called. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

# One file is made in memory: this many numbers at most, more only where one device has more.
ROWS_MAX = 100_000
CELLS_MAX = 2_000_000
# Files with fewer rows are taken into a larger one when their day is written again.
ROWS_FEW = ROWS_MAX // 8
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Size:
    """How much a device is about to bring into a file."""

    rows: int
    metrics: frozenset[str]


def due(days: Sequence[date], now: datetime, kept_days: int) -> list[date]:
    """Those that ended so many days ago, the oldest first.

    >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    >>> [day.isoformat() for day in due([date(2026, 10, 22), date(2026, 10, 21)], now, 30)]
    ['2026-10-21']
    """
    return sorted(day for day in days if due_at(day, kept_days) <= now)


def due_at(day: date, kept_days: int) -> datetime:
    return span_of(day)[1] + timedelta(days=kept_days)


def span_of(day: date) -> tuple[datetime, datetime]:
    """From its first moment up to, and without, the first of the next."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return start, start + _DAY


def groups(sizes: Mapping[int, Size]) -> list[list[int]]:
    """The devices that share a file, in the order of their numbers."""
    found: list[list[int]] = []
    rows, metrics = 0, frozenset[str]()
    for device in sorted(sizes):
        more = sizes[device]
        rows, metrics = rows + more.rows, metrics | more.metrics
        if not found or rows > ROWS_MAX or rows * len(metrics) > CELLS_MAX:
            found.append([])
            rows, metrics = more.rows, more.metrics
        found[-1].append(device)
    return found


def path_of(tenant_id: int, day: date, token: str) -> str:
    """Below the folder of the archive.

    >>> path_of(1, date(2026, 10, 21), "3f9a")
    'tenant-1/2026-10/2026-10-21-3f9a.parquet'
    """
    return f"tenant-{tenant_id}/{day:%Y-%m}/{day.isoformat()}-{token}.parquet"
