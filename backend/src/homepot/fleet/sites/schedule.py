"""When a site is open, and when it is being worked on: decisions on its own clock.

A day of the schedule is {weekday (0 = Monday), open, close, peak_start, peak_end, closed}; times
are local, "24:00" is the end of the day, and a close before the open means the next morning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Span:
    """Minutes from the start of a local day; the end may lie in the next day."""

    start: int
    end: int

    def holds(self, minute: int) -> bool:
        return self.start <= minute < self.end


@dataclass(frozen=True)
class Weekly:
    """A weekly span."""

    weekday: int
    span: Span


def minutes(time: str) -> int:
    """Minutes since midnight of a checked "HH:MM".

    >>> minutes("08:30"), minutes("24:00")
    (510, 1440)
    """
    hours, _, rest = time.partition(":")
    return int(hours) * 60 + int(rest)


def span(start: str, end: str) -> Span:
    """From start to end; an end at or before the start is meant for the next day.

    >>> span("18:00", "02:00")
    Span(start=1080, end=1560)
    """
    first, last = minutes(start), minutes(end)
    return Span(first, last if last > first else last + MINUTES_A_DAY)


def openings(schedule: Iterable[Mapping[str, Any]]) -> list[Weekly]:
    return [
        Weekly(day["weekday"], span(day["open"], day["close"]))
        for day in schedule
        if not day["closed"]
    ]


def windows(maintenance: Iterable[Mapping[str, Any]]) -> list[Weekly]:
    return [Weekly(one["weekday"], span(one["start"], one["end"])) for one in maintenance]


def schedule_problem(schedule: Sequence[Mapping[str, Any]]) -> tuple[int, str] | None:
    """The first day that contradicts itself or another: its place in the list, and why."""
    seen: set[int] = set()
    for place, day in enumerate(schedule):
        name = DAY_NAMES[day["weekday"]]
        if day["weekday"] in seen:
            return place, f"{name} stands here twice"
        seen.add(day["weekday"])
        if problem := _day_problem(day):
            return place, f"{name}: {problem}"
    spans = [
        (place, _in_week(Weekly(day["weekday"], span(day["open"], day["close"]))))
        for place, day in enumerate(schedule)
        if not day["closed"]
    ]
    for place, one in spans:
        for other_place, other in spans:
            if place != other_place and _next_start(one, other) < one.end:
                name = DAY_NAMES[schedule[place]["weekday"]]
                return place, f"{name} closes after the next day has opened"
    return None


def _in_week(weekly: Weekly) -> Span:
    offset = weekly.weekday * MINUTES_A_DAY
    return Span(offset + weekly.span.start, offset + weekly.span.end)


def _next_start(one: Span, other: Span) -> int:
    """When the other next starts, at or after one started, on a week that goes round."""
    return one.start + (other.start - one.start) % MINUTES_A_WEEK


def _day_problem(day: Mapping[str, Any]) -> str | None:
    times = [day["open"], day["close"], day["peak_start"], day["peak_end"]]
    if day["closed"]:
        return "closed, so it has no times" if any(times) else None
    if not (day["open"] and day["close"]):
        return "give both open and close, or closed"
    if day["open"] in (day["close"], "24:00") or day["close"] == "00:00" == day["open"]:
        return 'open and close must differ; the whole day is "00:00" to "24:00"'
    if bool(day["peak_start"]) != bool(day["peak_end"]):
        return "give both peak_start and peak_end, or neither"
    if day["peak_start"]:
        return _peak_problem(span(day["open"], day["close"]), day)
    return None


def _peak_problem(opening: Span, day: Mapping[str, Any]) -> str | None:
    peak = span(day["peak_start"], day["peak_end"])
    if peak.start < opening.start:  # a peak after midnight of a site that is open past it
        peak = Span(peak.start + MINUTES_A_DAY, peak.end + MINUTES_A_DAY)
    inside = opening.start <= peak.start < peak.end <= opening.end
    return None if inside else "the peak must lie within the opening hours"


def is_open(
    schedule: Sequence[Mapping[str, Any]],
    closed_on: Iterable[date],
    zone: ZoneInfo,
    now: datetime,
) -> bool | None:
    """Whether the site is open at this moment; None where it has told no hours.

    A day that is announced closed closes what opens on it, past midnight too.
    """
    if not schedule:
        return None
    closed = frozenset(closed_on)
    local = now.astimezone(zone)
    return any(
        day not in closed and weekly.span.holds(minute)
        for day, minute in _today_and_yesterday(local)
        for weekly in openings(schedule)
        if weekly.weekday == day.weekday()
    )


def in_maintenance(maintenance: Iterable[Mapping[str, Any]], zone: ZoneInfo, now: datetime) -> bool:
    """Whether work was announced for this moment."""
    local = now.astimezone(zone)
    return any(
        weekly.weekday == day.weekday() and weekly.span.holds(minute)
        for weekly in windows(maintenance)
        for day, minute in _today_and_yesterday(local)
    )


def _today_and_yesterday(local: datetime) -> list[tuple[date, int]]:
    """This moment as minutes of its own local day and of the one before, on the wall clock."""
    minute = local.hour * 60 + local.minute
    today = local.date()
    return [(today, minute), (today - timedelta(days=1), minute + MINUTES_A_DAY)]
