"""What the words of a window mean at a place."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from homepot.ai.query.answering.result import NoResult
from homepot.ai.query.answering.windows import cells, spans, whole
from homepot.ai.query.plan import By
from homepot.ai.query.when import Calendar, Coming, Dates, Hours, Moments, Rolling, Unit, Window

BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
# A Wednesday, half past eleven in Berlin.
NOW = datetime(2026, 10, 21, 9, 30, tzinfo=UTC)


def local(window: Window, zone: ZoneInfo = BERLIN, as_of: datetime = NOW) -> list[str]:
    found = whole(window, zone, as_of)
    return [f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (found.start, found.end)]


@pytest.mark.parametrize(
    ("unit", "offset", "count", "start", "end"),
    [
        (Unit.HOUR, 0, 1, "2026-10-21 11:00", "2026-10-21 12:00"),
        (Unit.DAY, -1, 1, "2026-10-20 00:00", "2026-10-21 00:00"),
        (Unit.DAY, 0, 3, "2026-10-19 00:00", "2026-10-22 00:00"),
        (Unit.WEEK, -1, 1, "2026-10-12 00:00", "2026-10-19 00:00"),
        (Unit.WEEKEND, -1, 1, "2026-10-17 00:00", "2026-10-19 00:00"),
        (Unit.WEEKEND, 0, 1, "2026-10-24 00:00", "2026-10-26 00:00"),
        (Unit.MONTH, -1, 1, "2026-09-01 00:00", "2026-10-01 00:00"),
        (Unit.MONTH, -10, 2, "2025-11-01 00:00", "2026-01-01 00:00"),
        (Unit.QUARTER, -1, 1, "2026-07-01 00:00", "2026-10-01 00:00"),
        (Unit.YEAR, 1, 1, "2027-01-01 00:00", "2028-01-01 00:00"),
    ],
)
def test_a_calendar_goes_by_the_clock_of_the_place(
    unit: Unit, offset: int, count: int, start: str, end: str
) -> None:
    assert local(Calendar(unit=unit, offset=offset, count=count)) == [start, end]


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is() -> None:
    autumn = whole(Dates(first=date(2026, 10, 25), last=date(2026, 10, 25)), BERLIN, NOW)
    assert autumn.end - autumn.start == timedelta(hours=25)
    spring = whole(Dates(first=date(2026, 3, 29), last=date(2026, 3, 29)), BERLIN, NOW)
    assert spring.end - spring.start == timedelta(hours=23)


def test_what_is_not_over_ends_at_the_moment_of_asking() -> None:
    (today,) = spans(Calendar(unit=Unit.DAY, offset=0), BERLIN, NOW)
    assert (today.start.hour, today.end) == (22, NOW)
    assert spans(Calendar(unit=Unit.DAY, offset=1), BERLIN, NOW) == []
    assert spans(Coming(length_s=60), BERLIN, NOW) == []


def test_the_same_hours_of_each_day_also_across_midnight() -> None:
    night = Hours(start=time(22), end=time(6))
    found = spans(Calendar(unit=Unit.DAY, offset=-1, count=2, hours=night), BERLIN, NOW)
    told = [f"{one.start.astimezone(BERLIN):%d %H}-{one.end.astimezone(BERLIN):%d %H}"
            for one in found]  # fmt: skip
    assert told == ["19 00-19 06", "19 22-20 06", "20 22-21 00"]


def test_hours_of_a_place_that_is_half_an_hour_off() -> None:
    found = cells(Calendar(unit=Unit.DAY, offset=-1), By.HOUR, {"Asia/Kolkata"}, NOW)
    spans_of = found.by_zone["Asia/Kolkata"]
    assert len(spans_of) == len(found.names) == 24
    assert {one.start.minute for one in spans_of} == {30}
    assert found.names[0].endswith(" 00:00")


def test_days_of_the_week_stand_in_their_order() -> None:
    found = cells(Rolling(length_s=14 * 86_400), By.WEEKDAY, {"Europe/Berlin"}, NOW)
    assert found.names[0] == "Monday"
    assert len(found.names) == 7


@pytest.mark.parametrize(
    "window",
    [
        Moments(start=NOW, end=NOW - timedelta(hours=1)),
        Dates(first=date(2026, 10, 3), last=date(2026, 10, 1)),
        Calendar(unit=Unit.YEAR, offset=-5_000),
    ],
)
def test_a_time_that_cannot_be_is_said_to_be_so(window: Window) -> None:
    with pytest.raises(NoResult):
        whole(window, KOLKATA, NOW)
