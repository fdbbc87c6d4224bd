import doctest
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.fleet.sites import schedule as module
from homepot.fleet.sites.schedule import (
    in_maintenance,
    is_open,
    minutes,
    schedule_problem,
    span,
)

BERLIN = ZoneInfo("Europe/Berlin")


def day(
    weekday: int, opens: str | None = "08:00", closes: str | None = "18:00", **more: Any
) -> Any:
    plain = {"peak_start": None, "peak_end": None, "closed": False}
    return {"weekday": weekday, "open": opens, "close": closes, **plain, **more}


def closed(weekday: int) -> Any:
    return day(weekday, None, None, closed=True)


def test_examples_in_the_text_hold() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("days", "place", "words"),
    [
        ([day(0), day(0)], 1, "Monday stands here twice"),
        ([day(1, "08:00", None)], 0, "give both open and close"),
        ([day(1, None, None)], 0, "give both open and close"),
        ([day(1, "08:00", "08:00")], 0, "must differ"),
        ([day(1, "24:00", "08:00")], 0, "must differ"),
        ([day(1, closed=True)], 0, "no times"),
        ([day(1, peak_start="09:00")], 0, "both peak_start and peak_end"),
        ([day(1, peak_start="07:00", peak_end="09:00")], 0, "within the opening hours"),
        ([day(1, peak_start="17:00", peak_end="19:00")], 0, "within the opening hours"),
        ([day(4, "18:00", "03:00"), day(5, "02:00", "12:00")], 0, "Friday closes after"),
        ([day(6, "18:00", "03:00"), day(0, "02:00", "12:00")], 0, "Sunday closes after"),
    ],
)
def test_a_schedule_that_contradicts_itself_is_refused(
    days: list[Any], place: int, words: str
) -> None:
    found = schedule_problem(days)
    assert found is not None
    assert found[0] == place
    assert words in found[1]


@pytest.mark.parametrize(
    "days",
    [
        [],
        [day(n) for n in range(7)],
        [day(n, "00:00", "24:00") for n in range(7)],
        [closed(6), day(5, "18:00", "02:00", peak_start="22:00", peak_end="01:00")],
        [day(5, "18:00", "02:00", peak_start="00:30", peak_end="01:30")],
        [day(4, "18:00", "03:00"), day(5, "03:00", "12:00")],
    ],
)
def test_schedules_of_real_places_are_taken(days: list[Any]) -> None:
    assert schedule_problem(days) is None


TIMES = st.sampled_from(["00:00", "02:30", "08:00", "12:00", "18:00", "23:59", "24:00"])


@given(st.lists(st.builds(day, st.integers(0, 6), TIMES, TIMES), max_size=7))
def test_a_taken_schedule_never_opens_twice_at_once(days: list[Any]) -> None:
    if schedule_problem(days) is not None:
        return
    opened = [0] * (7 * 24 * 60)
    for one in days:
        hours = span(one["open"], one["close"])
        for minute in range(hours.start, hours.end):
            opened[(one["weekday"] * 1440 + minute) % len(opened)] += 1
    assert max(opened) <= 1


@given(st.integers(0, 23), st.integers(0, 59))
def test_minutes_count_from_midnight(hour: int, minute: int) -> None:
    assert minutes(f"{hour:02}:{minute:02}") == hour * 60 + minute


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def test_a_site_is_open_on_its_own_clock() -> None:
    week = [day(n) for n in range(5)]
    assert is_open(week, [], BERLIN, local("2026-11-20T08:00")) is True  # a Friday
    assert is_open(week, [], BERLIN, local("2026-11-20T07:59")) is False
    assert is_open(week, [], BERLIN, local("2026-11-20T18:00")) is False
    assert is_open(week, [], BERLIN, local("2026-11-21T12:00")) is False
    assert is_open([], [], BERLIN, local("2026-11-20T12:00")) is None


def test_the_night_belongs_to_the_day_it_began_on() -> None:
    friday = [day(4, "18:00", "02:00")]
    assert is_open(friday, [], BERLIN, local("2026-11-21T01:59")) is True
    assert is_open(friday, [], BERLIN, local("2026-11-21T02:00")) is False
    assert is_open(friday, [], BERLIN, local("2026-11-20T01:00")) is False
    # the announced day closes the night after it, and not the night before
    assert is_open(friday, [date(2026, 11, 20)], BERLIN, local("2026-11-21T01:00")) is False
    assert is_open(friday, [date(2026, 11, 21)], BERLIN, local("2026-11-21T01:00")) is True


def test_summer_time_moves_the_hours_with_the_clock_on_the_wall() -> None:
    week = [day(n) for n in range(7)]
    before, after = (
        datetime(2026, 3, 28, 7, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 6, 30, tzinfo=UTC),
    )
    assert is_open(week, [], BERLIN, before) is True
    assert is_open(week, [], BERLIN, before - timedelta(hours=1)) is False
    assert is_open(week, [], BERLIN, after) is True


def test_announced_work_counts_on_the_local_clock() -> None:
    nightly = [{"weekday": 6, "start": "23:00", "end": "01:00", "note": None}]
    assert in_maintenance(nightly, BERLIN, local("2026-11-22T23:30"))
    assert in_maintenance(nightly, BERLIN, local("2026-11-23T00:59"))
    assert not in_maintenance(nightly, BERLIN, local("2026-11-23T01:00"))
    assert not in_maintenance([], BERLIN, local("2026-11-23T00:00"))
