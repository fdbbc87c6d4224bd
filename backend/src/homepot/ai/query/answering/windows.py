"""What the words of a window mean at a place and at a moment. Pure.

A calendar's words go by the site's own clock; so one window is other moments at other sites.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from homepot.ai.query.answering.result import NoResult
from homepot.ai.query.plan import By, NoAnswer
from homepot.ai.query.when import Calendar, Coming, Dates, Hours, Moments, Rolling, Unit, Window
from homepot.telemetry.totals.logic import Span

EVER = datetime(2000, 1, 1, tzinfo=UTC)
SPANS_MAX = 10_000
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Between:
    """From the first moment up to the second; either may lie after the moment of asking."""

    start: datetime
    end: datetime


def whole(window: Window, zone: ZoneInfo, as_of: datetime) -> Between:
    """From where to where, whatever lies after the moment of asking."""
    match window:
        case Rolling():
            end = as_of - timedelta(seconds=window.before_s)
            found = Between(end - timedelta(seconds=window.length_s), end)
        case Coming():
            found = Between(as_of, as_of + timedelta(seconds=window.length_s))
        case Calendar():
            first = _unit(window.unit, as_of, zone, window.offset - window.count + 1)
            last = _unit(window.unit, as_of, zone, window.offset)
            found = Between(first.start, last.end)
        case Dates():
            found = _dates(window, zone, as_of)
        case Moments():
            found = Between(_aware(window.start), _aware(window.end))
    if found.start >= found.end:
        raise NoResult(NoAnswer.IMPOSSIBLE_TIME, "That time ends before it begins.")
    return found


def spans(window: Window, zone: ZoneInfo, as_of: datetime) -> list[Span]:
    """What of the window lies before the moment of asking; empty where nothing does."""
    if isinstance(window, Calendar) and window.unit is Unit.WEEKEND and window.count > 1:
        # The days between two weekends are of neither.
        steps = range(window.offset - window.count + 1, window.offset + 1)
        each = (window.model_copy(update={"offset": step, "count": 1}) for step in steps)
        return [span for one in each for span in spans(one, zone, as_of)]
    between = whole(window, zone, as_of)
    start, end = max(between.start, EVER), min(between.end, as_of)
    if start >= end:
        return []
    hours = getattr(window, "hours", None)
    return [Span(start, end)] if hours is None else _daily(hours, zone, start, end)


def _dates(window: Dates, zone: ZoneInfo, as_of: datetime) -> Between:
    start, end = EVER, as_of
    if window.first is not None:
        start = _local(window.first, window.first_time or time(), zone)
    if window.last is not None:
        last = window.last if window.last_time else window.last + _DAY
        end = _local(last, window.last_time or time(), zone)
    return Between(start, end)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _local(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at.replace(tzinfo=None), zone).astimezone(UTC)


def _unit(unit: Unit, as_of: datetime, zone: ZoneInfo, offset: int) -> Between:
    """The unit that lies so many after the one we are in."""
    local = as_of.astimezone(zone)
    try:
        if unit is Unit.HOUR:
            start = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
            return Between(start + offset * _HOUR, start + (offset + 1) * _HOUR)
        first, beyond = _days_of(unit, local.date(), offset)
        return Between(_local(first, time(), zone), _local(beyond, time(), zone))
    except (OverflowError, ValueError):
        raise NoResult(NoAnswer.IMPOSSIBLE_TIME, "No calendar reaches that far.") from None


def _days_of(unit: Unit, today: date, offset: int) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    match unit:
        case Unit.WEEK:
            first = monday + 7 * offset * _DAY
            return first, first + 7 * _DAY
        case Unit.WEEKEND:
            first = monday + (5 + 7 * offset) * _DAY
            return first, first + 2 * _DAY
        case Unit.MONTH:
            return _month(today, offset), _month(today, offset + 1)
        case Unit.QUARTER:
            quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1)
            return _month(quarter, 3 * offset), _month(quarter, 3 * offset + 3)
        case Unit.YEAR:
            return date(today.year + offset, 1, 1), date(today.year + offset + 1, 1, 1)
        case _:
            first = today + offset * _DAY
            return first, first + _DAY


def _month(today: date, offset: int) -> date:
    years, month = divmod(today.year * 12 + today.month - 1 + offset, 12)
    return date(years, month + 1, 1)


def _daily(hours: Hours, zone: ZoneInfo, start: datetime, end: datetime) -> list[Span]:
    """The same part of each day; across midnight it is of the day on which it begins."""
    found = []
    over = hours.end <= hours.start
    for day in _days(start - _DAY, end, zone):
        first = max(_local(day, hours.start, zone), start)
        last = min(_local(day + _DAY if over else day, hours.end, zone), end)
        if first < last:
            found.append(Span(first, last))
    return _bounded(found)


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    if (last - day).days > SPANS_MAX:
        raise NoResult(NoAnswer.IMPOSSIBLE_TIME, "That is too long a time to look at by the day.")
    while day <= last:
        yield day
        day += _DAY


def _bounded(found: list[Span]) -> list[Span]:
    if len(found) > SPANS_MAX:
        raise NoResult(NoAnswer.IMPOSSIBLE_TIME, "That falls into too many pieces; ask for less.")
    return found


# -- in pieces --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cells:
    """The spans of each zone, and what their labels are called, in order."""

    by_zone: dict[str, list[Span]]
    names: Sequence[str] = ("",)

    @property
    def between(self) -> Between | None:
        every = [span for of_zone in self.by_zone.values() for span in of_zone]
        if not every:
            return None
        return Between(min(one.start for one in every), max(one.end for one in every))

    def length_s(self, zone: str, label: int) -> float:
        return sum(
            (span.end - span.start).total_seconds()
            for span in self.by_zone[zone]
            if span.label == label
        )


def one_cell(window: Window, zones: set[str], as_of: datetime) -> Cells:
    return Cells({zone: spans(window, ZoneInfo(zone), as_of) for zone in zones})


def cells(window: Window, by: By, zones: set[str], as_of: datetime) -> Cells:
    """The window in hours, days, weeks, or by the day of the week or hour of the day."""
    numbers: dict[str, int] = {}
    found: dict[str, list[Span]] = {}
    for zone in sorted(zones):
        pieces: list[tuple[Span, str]] = []
        for span in spans(window, ZoneInfo(zone), as_of):
            pieces += _pieces(span, by, ZoneInfo(zone))
        _bounded([span for span, _ in pieces])
        found[zone] = [
            Span(span.start, span.end, numbers.setdefault(name, len(numbers)))
            for span, name in pieces
        ]
    order = sorted(numbers, key=_place)
    places = {numbers[name]: place for place, name in enumerate(order)}
    return Cells(
        {
            zone: [Span(one.start, one.end, places[one.label]) for one in of_zone]
            for zone, of_zone in found.items()
        },
        order,
    )


def _place(name: str) -> tuple[int, str]:
    return (_WEEKDAYS.index(name), "") if name in _WEEKDAYS else (0, name)


def _pieces(span: Span, by: By, zone: ZoneInfo) -> Iterator[tuple[Span, str]]:
    start = span.start
    while start < span.end:
        local = start.astimezone(zone)
        if by in (By.HOUR, By.HOUR_OF_DAY):
            beyond = (
                start
                + _HOUR
                - timedelta(
                    minutes=local.minute, seconds=local.second, microseconds=local.microsecond
                )
            )
            name = f"{local:%H}:00" if by is By.HOUR_OF_DAY else f"{local:%Y-%m-%d %H}:00"
        else:
            day = local.date()
            first = day - timedelta(days=day.weekday()) if by is By.WEEK else day
            beyond = _local(first + (7 if by is By.WEEK else 1) * _DAY, time(), zone)
            name = _WEEKDAYS[day.weekday()] if by is By.WEEKDAY else first.isoformat()
        end = min(beyond, span.end)
        yield Span(start, end), name
        start = end
