"""Days as partitions: their names and bounds. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import numpy as np

from homepot.telemetry.intake.batch import Ints

DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1)


def days_of(at_us: Ints) -> set[date]:
    """The days (UTC) that these moments fall on."""
    return {_EPOCH + timedelta(days=int(day)) for day in np.unique(at_us // DAY_US)}


def partition_name(day: date) -> str:
    """
    >>> partition_name(date(2026, 1, 31))
    'device_metrics_20260131'
    """
    return f"device_metrics_{day:%Y%m%d}"


def day_of_partition(name: str) -> date:
    return (
        datetime.strptime(name.removeprefix("device_metrics_"), "%Y%m%d").replace(tzinfo=UTC).date()
    )


def bounds(day: date) -> tuple[str, str]:
    """From the first moment of the day up to, and without, the first of the next."""
    return f"{day.isoformat()} 00:00+00", f"{(day + timedelta(days=1)).isoformat()} 00:00+00"


def ahead(today: date, count: int) -> Iterable[date]:
    return (today + timedelta(days=n) for n in range(count))
