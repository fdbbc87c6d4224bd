"""Which source answers a window, and how many values become as many points as were asked. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from homepot.telemetry.intake.batch import Floats, Ints

Source = Literal["readings", "rollups_5m", "rollups_1h"]
SPANS: Mapping[Source, timedelta] = {
    "rollups_5m": timedelta(minutes=5),
    "rollups_1h": timedelta(hours=1),
}
# Up to this long a window is read as it came, whatever the number of points.
RAW_WINDOW = timedelta(hours=6)
# And up to this long where there are no fine rollups any more.
RAW_WINDOW_OLD = timedelta(days=7)
# A rollup is made a few minutes after its end; this much of the end is read as it came.
ROLLUP_LAG = timedelta(minutes=10)


@dataclass(frozen=True)
class Samples:
    """Values of one metric, each standing for one reading or for a bucket of several."""

    at_us: Ints
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


def split(
    start: datetime, end: datetime, source: Source, now: datetime
) -> tuple[datetime, datetime]:
    """From the first of these to the second the source is read, whole buckets of it; before and
    after that the readings themselves."""
    if source == "readings":
        return start, start
    span_s = SPANS[source].total_seconds()
    settled = min(end, now - ROLLUP_LAG)
    last_whole = settled - timedelta(seconds=settled.timestamp() % span_s)
    first_whole = start + timedelta(seconds=-start.timestamp() % span_s)
    return (first_whole, last_whole) if first_whole < last_whole else (start, start)


def width_of(start_us: int, end_us: int, points: int) -> int:
    """How long a span each point stands for, so that there are at most so many."""
    return max(1, -(-(end_us - start_us) // points))


def points_of(samples: Samples, start_us: int, width: int) -> list[Point]:
    """A point for each span of this width, none of them empty; the lowest and the highest are
    never lost."""
    if len(samples) == 0:
        return []
    order = np.argsort(samples.at_us, kind="stable")
    place = (samples.at_us[order] - start_us) // width
    firsts = np.flatnonzero(np.append(True, place[1:] != place[:-1]))
    lasts = np.append(firsts[1:], len(order)) - 1
    counts = np.add.reduceat(samples.count[order], firsts)
    lows = np.minimum.reduceat(samples.low[order], firsts)
    highs = np.maximum.reduceat(samples.high[order], firsts)
    # Divided before it is added up: a mean of huge values must not overflow.
    parts = samples.total[order] / counts.repeat(np.diff(np.append(firsts, len(order))))
    # Rounded many times over, a mean of equal values would lie beside them.
    means = np.clip(np.add.reduceat(parts, firsts), lows, highs)
    moments = samples.at_us[order][firsts] if width == 1 else start_us + place[firsts] * width
    single = lasts == firsts
    moments = np.where(single, samples.at_us[order][firsts], moments)
    last = samples.last[order][lasts]
    columns = (moments, counts, lows, highs, means, last)
    rows: Sequence[tuple[int, int, float, float, float, float]] = list(
        zip(*(column.tolist() for column in columns), strict=True)
    )
    return [Point(*row) for row in rows]
