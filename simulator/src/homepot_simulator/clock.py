"""A site's own clock: local time with its summer time, opening hours, closed days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from homepot_simulator.noise import DAY_US, MINUTE_US, Array, Ticks, stream, uniform

# No zone has moved its clock at another moment than a full quarter of an hour since 1972.
_QUARTER_US: Final = 15 * MINUTE_US
_EPOCH: Final = date(1970, 1, 1)
CLOSED_EVERY_DAYS: Final = 42


@dataclass(frozen=True)
class OpenDay:
    """One weekday's hours, in minutes after local midnight, and how busy the day is."""

    open_min: int
    close_min: int
    peak_start_min: int
    peak_end_min: int
    weight: float


CLOSED: Final = OpenDay(0, 0, 0, 0, 0.0)


@lru_cache(maxsize=200_000)
def _offset_us(zone: str, quarter: int) -> int:
    at = datetime.fromtimestamp(quarter * _QUARTER_US / 1e6, ZoneInfo(zone))
    offset = at.utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) * 1_000_000


def local_us(zone: str, times_us: Ticks) -> Ticks:
    """The time the clock on the wall shows, as microseconds since its own 1970."""
    quarters, where = np.unique(times_us // _QUARTER_US, return_inverse=True)
    offsets = np.array([_offset_us(zone, int(quarter)) for quarter in quarters], np.int64)
    return np.asarray(times_us + offsets[where])


def utc_us(zone: str, local: int) -> int:
    """The moment at which the clock on the wall shows this time; the later one if it does twice."""
    wall = datetime(1970, 1, 1) + timedelta(microseconds=local)  # noqa: DTZ001
    return int(wall.replace(tzinfo=ZoneInfo(zone), fold=1).timestamp()) * 1_000_000


def stamp(time_us: int) -> str:
    """ISO 8601 in UTC."""
    at = datetime.fromtimestamp(time_us // 1_000_000, UTC)
    text = at.strftime("%Y-%m-%dT%H:%M:%S")
    rest = time_us % 1_000_000
    return f"{text}.{rest // 1000:03d}Z" if rest else f"{text}Z"


def closed_on(seed: int, site_key: str, from_us: int, to_us: int) -> list[date]:
    """The announced days on which the site stays closed."""
    first, last = from_us // DAY_US, to_us // DAY_US
    days = _closed_day(seed, site_key, np.arange(first - CLOSED_EVERY_DAYS, last + 1))
    return [
        _EPOCH + timedelta(days=int(day)) for day in np.unique(days) if first <= int(day) <= last
    ]


def _closed_day(seed: int, site_key: str, day: Ticks) -> Ticks:
    of = stream(seed, site_key, "closed")
    block = (day + of % CLOSED_EVERY_DAYS) // CLOSED_EVERY_DAYS
    chosen = (uniform(of, block) * CLOSED_EVERY_DAYS).astype(np.int64)
    return np.asarray(block * CLOSED_EVERY_DAYS + chosen - of % CLOSED_EVERY_DAYS)


def openness(
    seed: int, site_key: str, schedule: tuple[OpenDay, ...], local: Ticks
) -> tuple[Array, Array]:
    """How far the site is open (0 to 1), and how busy an ordinary customer finds it (0 to 1)."""
    day = local // DAY_US
    weekday = (day + 3) % 7  # 1 January 1970 was a Thursday
    minute = (local - day * DAY_US) / MINUTE_US
    open_min, close_min, start, end = (
        np.array([getattr(hours, name) for hours in schedule], np.float64)[weekday]
        for name in ("open_min", "close_min", "peak_start_min", "peak_end_min")
    )
    weight = np.array([hours.weight for hours in schedule])[weekday]
    rising = np.clip((minute - open_min) / 30.0, 0.0, 1.0)
    inside = rising * np.clip((close_min - minute) / 20.0, 0.0, 1.0) * (weight > 0)
    inside = np.where(day == _closed_day(seed, site_key, day), 0.0, inside)
    spread = np.maximum(end - start, 60.0) / 2.0
    peak = np.exp(-0.5 * ((minute - (start + end) / 2.0) / spread) ** 2)
    return inside, inside * weight * (0.4 + 0.6 * peak)
