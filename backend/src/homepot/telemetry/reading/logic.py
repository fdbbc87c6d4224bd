"""Which source answers a window, and how many values become as many points as were asked. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from homepot.telemetry.intake.batch import Floats, Ints
from homepot.telemetry.rollups.due import CLOSED_AFTER
from homepot.telemetry.rollups.logic import bucket_of

Source = Literal["readings", "rollups_5m", "rollups_1h"]
SPANS: Mapping[Source, timedelta] = {
    "rollups_5m": timedelta(minutes=5),
    "rollups_1h": timedelta(hours=1),
}
# Up to this long a window is read as it came, whatever the number of points.
RAW_WINDOW = timedelta(hours=6)
# And up to this long where there are no fine rollups any more.
RAW_WINDOW_OLD = timedelta(days=7)
_MICROSECOND = timedelta(microseconds=1)

Window = tuple[datetime, datetime]
"""From the first moment up to the second, which is not in it."""


@dataclass(frozen=True)
class Samples:
    """Values of one metric, each standing for one reading or for a bucket of several."""

    at_us: Ints
    last_us: Ints  # of the last value, to know which of two comes later
    count: Ints
    low: Floats
    high: Floats
    total: Floats
    last: Floats

    def __len__(self) -> int:
        return len(self.at_us)


@dataclass(frozen=True)
class Point:
    at: int  # microseconds since 1970: the first moment of its span
    count: int
    low: float
    high: float
    mean: float
    last: float


def source_for(window: timedelta, points: int) -> Source:
    """The coarsest source whose buckets are still no wider than a point.

    >>> source_for(timedelta(days=30), 1000)
    'rollups_5m'
    >>> source_for(timedelta(days=90), 500)
    'rollups_1h'
    """
    if window <= RAW_WINDOW:
        return "readings"
    width = window / points
    wide_enough: list[Source] = [name for name, span in SPANS.items() if span <= width]
    return wide_enough[-1] if wide_enough else "rollups_5m"


def kept_source(source: Source, window: timedelta, *, is_old: bool) -> Source:
    """The same, as far as it reaches back: sums over five minutes are not kept for good.

    >>> kept_source("rollups_5m", timedelta(days=30), is_old=True)
    'rollups_1h'
    """
    if not is_old or source != "rollups_5m":
        return source
    return "readings" if window <= RAW_WINDOW_OLD else "rollups_1h"


def split(start: datetime, end: datetime, source: Source, made_at: datetime | None) -> Window:
    """From the first of these to the second the source is read, whole buckets of it; before and
    after that the readings themselves. `made_at` is when rollups were last made, if ever."""
    if source == "readings" or made_at is None:
        return start, start
    return whole(start, end, SPANS[source], made_at)


def whole(start: datetime, end: datetime, span: timedelta, made_at: datetime) -> Window:
    """The whole buckets between two moments that were over when rollups were last made."""
    first_whole = bucket_of(start, span)
    if first_whole < start:
        first_whole += span
    last_whole = bucket_of(min(end, made_at - CLOSED_AFTER), span)
    return (first_whole, last_whole) if first_whole < last_whole else (start, start)


def late(commits: Iterable[Window], window: Window, source: Source) -> list[Window]:
    """The whole buckets of the window that these commits touch, as spans that do not meet.

    >>> from datetime import UTC
    >>> day = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    >>> at = day[0] + timedelta(hours=3, minutes=7)
    >>> [[str(moment.time()) for moment in span] for span in late([(at, at)], day, "rollups_5m")]
    [['03:05:00', '03:10:00']]
    """
    return [] if source == "readings" else touched(commits, window, SPANS[source])


def touched(commits: Iterable[Window], window: Window, span: timedelta) -> list[Window]:
    """The same of buckets of this length."""
    found: list[Window] = []
    for first, last in sorted(commits):
        start = max(bucket_of(first, span), window[0])
        end = min(bucket_of(last, span) + span, window[1])
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def in_buckets(samples: Samples, source: Source) -> Samples:
    """The same, each value at the first moment of its bucket."""
    span_us = SPANS[source] // _MICROSECOND
    # Buckets are counted from a full hour, as the years since 1970 are.
    return replace(samples, at_us=samples.at_us // span_us * span_us)


def width_of(start_us: int, end_us: int, points: int) -> int:
    """How long a span each point stands for, so that there are at most so many."""
    return max(1, -(-(end_us - start_us) // points))


def points_of(samples: Samples, start_us: int, width: int) -> list[Point]:
    """A point for each span of this width, none of them empty; the lowest and the highest are
    never lost."""
    if len(samples) == 0:
        return []
    place = (samples.at_us - start_us) // width
    order = np.lexsort((samples.last_us, place))
    at_us, place = samples.at_us[order], place[order]
    firsts = np.flatnonzero(np.append(True, place[1:] != place[:-1]))
    lasts = np.append(firsts[1:], len(order)) - 1
    counts = np.add.reduceat(samples.count[order], firsts)
    lows = np.minimum.reduceat(samples.low[order], firsts)
    highs = np.maximum.reduceat(samples.high[order], firsts)
    # Divided before it is added up: a mean of huge values must not overflow.
    parts = samples.total[order] / counts.repeat(np.diff(np.append(firsts, len(order))))
    # Rounded many times over, a mean of equal values would lie beside them.
    means = np.clip(np.add.reduceat(parts, firsts), lows, highs)
    begin = np.minimum.reduceat(at_us, firsts)
    is_one_moment = begin == np.maximum.reduceat(at_us, firsts)
    moments = np.where(is_one_moment, begin, start_us + place[firsts] * width)
    last = samples.last[order][lasts]
    columns = (moments, counts, lows, highs, means, last)
    rows: Sequence[tuple[int, int, float, float, float, float]] = list(
        zip(*(column.tolist() for column in columns), strict=True)
    )
    return [Point(*row) for row in rows]
