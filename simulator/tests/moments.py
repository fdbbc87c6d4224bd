"""Times the tests are told in."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from homepot_simulator.noise import MINUTE_US, Ticks


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)


def wall(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1_000_000)


def every(minutes: float, from_us: int, to_us: int) -> Ticks:
    return np.arange(from_us, to_us, int(minutes * MINUTE_US), dtype=np.int64)


NOW = utc("2026-11-21T10:00:00")
