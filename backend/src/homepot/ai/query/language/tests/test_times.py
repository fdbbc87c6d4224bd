"""Times in anybody's words. It is Wednesday, 20 May 2026."""

from datetime import UTC, date, datetime, time

import pytest

from homepot.ai.query.language.times.reading import time_at
from homepot.ai.query.language.tokens import tokens_of
from homepot.ai.query.when import Calendar, Coming, Dates, Hours, Moments, Rolling, Unit, Window

TODAY = date(2026, 5, 20)
_HOUR, _DAY = 3_600, 86_400


def _day(offset: int, start: int | None = None, end: int | None = None) -> Calendar:
    hours = None if start is None else Hours(start=time(start), end=time(end or 0))
    return Calendar(unit=Unit.DAY, offset=offset, hours=hours)


def _on(day: int, month: int = 5, year: int = 2026, hours: Hours | None = None) -> Dates:
    one = date(year, month, day)
    return Dates(first=one, last=one, hours=hours)


WINDOWS: list[tuple[str, Window]] = [
    ("in the last 24 hours", Rolling(length_s=_DAY)),
    ("past 90 minutes", Rolling(length_s=90 * 60)),
    ("over the past hour and a half", Rolling(length_s=5_400)),
    ("the last half hour", Rolling(length_s=1_800)),
    ("in the last half an hour", Rolling(length_s=1_800)),
    ("last couple of days", Rolling(length_s=2 * _DAY)),
    ("during the past fortnight", Rolling(length_s=14 * _DAY)),
    ("in the previous 2 wks", Rolling(length_s=14 * _DAY)),
    ("last week", Rolling(length_s=7 * _DAY)),
    ("over the past month", Rolling(length_s=30 * _DAY)),
    ("within 3 days", Rolling(length_s=3 * _DAY)),
    ("over 7 days", Rolling(length_s=7 * _DAY)),
    ("last month", Calendar(unit=Unit.MONTH, offset=-1)),
    ("previous week", Calendar(unit=Unit.WEEK, offset=-1)),
    ("the week before last", Calendar(unit=Unit.WEEK, offset=-2)),
    ("this week", Calendar(unit=Unit.WEEK, offset=0)),
    ("so far this month", Calendar(unit=Unit.MONTH, offset=0)),
    ("month to date", Calendar(unit=Unit.MONTH, offset=0)),
    ("last weekend", Calendar(unit=Unit.WEEKEND, offset=-1)),
    ("over the weekend", Calendar(unit=Unit.WEEKEND, offset=-1)),
    ("3 weeks ago", Calendar(unit=Unit.WEEK, offset=-3)),
    ("yesterday", _day(-1)),
    ("the day before yesterday", _day(-2)),
    ("two days ago", _day(-2)),
    ("today so far", _day(0)),
    ("yesterday between 8 and 12", _day(-1, 8, 12)),
    ("between 8 and 12 yesterday", _day(-1, 8, 12)),
    ("from 9 to 5 yesterday", _day(-1, 9, 17)),
    ("between 2 and 4 pm yesterday", _day(-1, 14, 16)),
    ("11 to 2pm yesterday", _day(-1, 11, 14)),
    ("20:00-22:00 yesterday", _day(-1, 20, 22)),
    ("from 10pm to 2am yesterday", _day(-1, 22, 2)),
    ("yesterday afternoon", _day(-1, 12, 18)),
    ("this morning", _day(0, 6, 12)),
    ("during business hours yesterday", _day(-1, 9, 17)),
    ("last Monday morning", _on(18, hours=Hours(start=time(6), end=time(12)))),
    ("on Sunday", _on(17)),
    ("Monday, 11 May", _on(11)),
    ("on the 14th", _on(14)),
    ("on the 25th", _on(25, 4)),
    ("on 14 April", _on(14, 4)),
    ("14th of April 2025", _on(14, 4, 2025)),
    ("April 14", _on(14, 4)),
    ("2026-04-14", _on(14, 4)),
    ("14/04/2026", _on(14, 4)),
    ("4/14", _on(14, 4)),
    ("14.04.2026", _on(14, 4)),
    ("in April", Dates(first=date(2026, 4, 1), last=date(2026, 4, 30))),
    ("in September", Dates(first=date(2025, 9, 1), last=date(2025, 9, 30))),
    ("in 2025", Dates(first=date(2025, 1, 1), last=date(2025, 12, 31))),
    ("between 10 and 14 April", Dates(first=date(2026, 4, 10), last=date(2026, 4, 14))),
    ("between the 10th and the 14th", Dates(first=date(2026, 5, 10), last=date(2026, 5, 14))),
    ("from Monday to Tuesday", Dates(first=date(2026, 5, 18), last=date(2026, 5, 19))),
    (
        "from Monday 8am to Tuesday noon",
        Dates(
            first=date(2026, 5, 18), first_time=time(8), last=date(2026, 5, 19), last_time=time(12)
        ),
    ),
    (
        "at 3pm yesterday",
        Dates(
            first=date(2026, 5, 19), first_time=time(14), last=date(2026, 5, 19),
            last_time=time(15, 0, 1),
        ),
    ),
    ("since Monday", Dates(first=date(2026, 5, 18))),
    ("since 8 am", Dates(first=TODAY, first_time=time(8))),
    ("since the beginning of the month", Dates(first=date(2026, 5, 1))),
    ("after 10 May", Dates(first=date(2026, 5, 11))),
    ("until yesterday", Dates(last=date(2026, 5, 19))),
    ("before 10 May", Dates(last=date(2026, 5, 9))),
    ("ever", Dates()),
    ("next 60 days", Coming(length_s=60 * _DAY)),
    ("tomorrow", _day(1)),
    (
        "2026-05-14T10:00:00Z to 2026-05-14T12:00:00Z",
        Moments(
            start=datetime(2026, 5, 14, 10, tzinfo=UTC), end=datetime(2026, 5, 14, 12, tzinfo=UTC)
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("said", "window"), WINDOWS)
def test_a_time_is_read_as(said: str, window: Window) -> None:
    words = tuple(token.word for token in tokens_of(said))
    found = time_at(words, 0, TODAY)
    assert found is not None
    assert (found.window, found.words) == (window, len(words))


@pytest.mark.parametrize(
    "said",
    [
        "31 February", "on 32 March 2026", "at 25:00 yesterday", "from 14 May to 10 May",
        "30/02/2026", "2026-13-01", "at 13:75 yesterday",
    ],
)  # fmt: skip
def test_a_time_that_cannot_be(said: str) -> None:
    words = tuple(token.word for token in tokens_of(said))
    found = time_at(words, 0, TODAY)
    assert found is not None
    assert found.wrong == "impossible"


@pytest.mark.parametrize("said", ["temperature", "the till", "60 %", "may", "over the counter"])
def test_other_words_are_no_time(said: str) -> None:
    assert time_at(tuple(token.word for token in tokens_of(said)), 0, TODAY) is None
