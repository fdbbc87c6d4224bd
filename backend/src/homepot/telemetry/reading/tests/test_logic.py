from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.telemetry.reading.logic import (
    RAW_WINDOW,
    Samples,
    Source,
    late,
    points_of,
    source_for,
    split,
    width_of,
)

FIVE_MINUTES = timedelta(minutes=5)
FINE: Source = "rollups_5m"
NOW = datetime(2026, 11, 21, 10, 2, tzinfo=UTC)


def raw(at_us: list[int], values: list[float]) -> Samples:
    moments = np.array(at_us, dtype=np.int64)
    numbers = np.array(values, dtype=np.float64)
    return Samples(moments, moments, np.ones_like(moments), numbers, numbers, numbers, numbers)


@pytest.mark.parametrize(
    ("window", "points", "source"),
    [
        (RAW_WINDOW, 10, "readings"),
        (timedelta(days=1), 2_000, "rollups_5m"),
        (timedelta(days=1), 24, "rollups_1h"),
        (timedelta(days=365), 1_000, "rollups_1h"),
    ],
)
def test_the_coarsest_source_that_is_fine_enough(
    window: timedelta, points: int, source: str
) -> None:
    assert source_for(window, points) == source


def test_whole_buckets_are_read_and_the_ends_as_they_came() -> None:
    start = NOW - timedelta(days=1)
    first, last = split(start, NOW, "rollups_5m", NOW)
    assert first == datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
    assert last == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert split(start, NOW, "rollups_5m", NOW - timedelta(seconds=1))[1] == last - FIVE_MINUTES
    day_end = start + timedelta(hours=5, minutes=7)
    first, last = split(start, day_end, "rollups_1h", NOW)
    assert (first.hour, last.hour, last.minute) == (11, 15, 0)


def test_nothing_is_expected_of_rollups_that_were_never_made() -> None:
    start = NOW - timedelta(days=30)
    assert split(start, NOW, "rollups_1h", None) == (start, start)


def test_late_spans_are_whole_buckets_and_do_not_meet() -> None:
    window = (NOW.replace(minute=0) - timedelta(hours=9), NOW.replace(minute=0))
    at = window[0] + timedelta(hours=2, minutes=7)
    commits = [
        (at + timedelta(minutes=1), at + timedelta(minutes=4)),
        (at - timedelta(days=40), window[0] + timedelta(minutes=1)),
        (at, at),
        (window[1], NOW + timedelta(days=1)),
    ]
    fine = [(first - window[0], end - window[0]) for first, end in late(commits, window, FINE)]
    minutes = [(0, 5), (125, 135)]
    assert fine == [(timedelta(minutes=a), timedelta(minutes=b)) for a, b in minutes]
    assert late(commits, window, "readings") == []


@pytest.mark.parametrize("source", ["readings", "rollups_1h"])
def test_where_no_bucket_is_whole_the_readings_are_read(source: Source) -> None:
    start = NOW - timedelta(minutes=30)
    assert split(start, NOW, source, NOW) == (start, start)


def test_nothing_gives_no_points() -> None:
    assert points_of(raw([], []), 0, 10) == []


values = st.floats(-1e300, 1e300)


@given(
    st.lists(st.tuples(st.integers(0, 999), values), min_size=1, max_size=60),
    st.integers(1, 50),
)
def test_no_spike_is_lost_and_no_reading_is_counted_twice(
    readings: list[tuple[int, float]], points: int
) -> None:
    at_us, numbers = [at for at, _ in readings], [value for _, value in readings]
    found = points_of(raw(at_us, numbers), 0, width_of(0, 1_000, points))
    assert len(found) <= points
    assert sum(point.count for point in found) == len(readings)
    assert min(point.low for point in found) == min(numbers)
    assert max(point.high for point in found) == max(numbers)
    assert [point.at for point in found] == sorted({point.at for point in found})
    for point in found:
        assert point.low <= point.last <= point.high
        assert point.low - 1e288 <= point.mean <= point.high + 1e288


def test_buckets_weigh_by_their_readings() -> None:
    buckets = Samples(
        np.array([0, 5]),
        np.array([0, 5]),
        np.array([1, 3]),
        np.array([2.0, 4.0]),
        np.array([2.0, 8.0]),
        np.array([2.0, 18.0]),
        np.array([2.0, 6.0]),
    )
    (point,) = points_of(buckets, 0, 10)
    assert (point.count, point.low, point.high, point.mean, point.last) == (4, 2, 8, 5, 6)


def test_the_last_value_is_the_latest_whichever_part_brings_it() -> None:
    """A few buckets summed up to a point, and one of the same point that comes by itself."""
    one = np.ones(2)
    several = Samples(
        np.array([100, 105]),
        np.array([109, 105]),
        np.array([4, 1]),
        one,
        one,
        one,
        np.array([9.0, 5.0]),
    )
    (point,) = points_of(several, 0, 100)
    assert (point.at, point.count, point.last) == (100, 5, 9)
