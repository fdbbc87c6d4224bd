"""The two clocks: one for intervals that nobody can set, one for the time of day."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Clock(Protocol):
    """What the agent asks the time of; tests bring their own."""

    def steady_s(self) -> float:
        """Seconds that only grow, for intervals and waits."""

    def wall_us(self) -> int:
        """Microseconds since 1970, as the device believes."""


class SystemClock:
    """The clocks of the device."""

    def steady_s(self) -> float:
        return time.monotonic()

    def wall_us(self) -> int:
        return time.time_ns() // 1000


def iso(stamp_us: int) -> str:
    """The moment as the wire writes it, exact to the microsecond.

    >>> iso(1_763_719_200_000_123)
    '2025-11-21T10:00:00.000123Z'
    """
    moment = EPOCH + timedelta(microseconds=stamp_us)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def parsed_us(text: str) -> int | None:
    """Microseconds since 1970 of an ISO 8601 time; one without a zone is UTC.

    >>> parsed_us("2025-11-21T10:00:00.000123Z")
    1763719200000123
    >>> parsed_us("yesterday") is None
    True
    """
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - EPOCH) // timedelta(microseconds=1)
