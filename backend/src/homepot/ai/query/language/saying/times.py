"""Windows in words."""

from datetime import date, time, timedelta

from homepot.ai.query.when import Calendar, Coming, Dates, Hours, Moments, Rolling, Unit, Window

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_DAY = 86_400
_NOW = {
    Unit.DAY: "today", Unit.WEEK: "this week", Unit.MONTH: "this month", Unit.YEAR: "this year",
    Unit.QUARTER: "this quarter", Unit.WEEKEND: "this weekend", Unit.HOUR: "this hour",
}  # fmt: skip
_BEFORE = {
    Unit.DAY: "yesterday", Unit.WEEK: "in the previous week", Unit.MONTH: "last month",
    Unit.YEAR: "last year", Unit.QUARTER: "last quarter", Unit.WEEKEND: "last weekend",
    Unit.HOUR: "in the previous hour",
}  # fmt: skip
_AFTER = {
    Unit.DAY: "tomorrow", Unit.WEEK: "next week", Unit.MONTH: "next month",
    Unit.YEAR: "next year", Unit.QUARTER: "next quarter", Unit.WEEKEND: "next weekend",
    Unit.HOUR: "next hour",
}  # fmt: skip


def length(seconds: float) -> str:
    """
    >>> length(604800), length(5400), length(86400)
    ('7 days', '90 minutes', '24 hours')
    """
    if seconds == _DAY:
        return "24 hours"
    for size, name in _UNITS:
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {name}" + ("" if count == 1 else "s")
    return f"{seconds:g} seconds"


def when(window: Window | None) -> str:
    """
    >>> when(Rolling(length_s=604800)), when(Calendar(unit=Unit.DAY, offset=-1))
    ('over the last 7 days', 'yesterday')
    """
    if window is None:
        return ""
    if isinstance(window, Coming):
        return f"within the next {length(window.length_s).removeprefix('1 ')}"
    if isinstance(window, Moments):
        return f"from {window.start.isoformat()} to {window.end.isoformat()}"
    if isinstance(window, Rolling):
        said = _rolling(window)
    elif isinstance(window, Calendar):
        said = _calendar(window)
    else:
        said = _dates(window)
    return f"{said} {_hours(window.hours)}" if window.hours else said


def _rolling(window: Rolling) -> str:
    if window.before_s:
        return f"{length(window.before_s)} ago"
    return f"over the last {length(window.length_s).removeprefix('1 ')}"


def _calendar(window: Calendar) -> str:
    unit, offset = window.unit, window.offset
    if window.count > 1:
        return f"over {window.count} {unit.value}s up to {offset}"
    named = {0: _NOW, -1: _BEFORE, 1: _AFTER}.get(offset)
    if named is not None:
        return named[unit]
    return f"{-offset} {unit.value}s ago" if offset < 0 else f"{offset} {unit.value}s ahead"


def _dates(window: Dates) -> str:
    first, last = window.first, window.last
    if first is None and last is None:
        return "of all time"
    if window.last_time is not None and window.last_time.second == 1 and last is not None:
        return f"at {_clock(window.last_time)} on {day(last)}"
    start = _point(first, window.first_time) if first else ""
    end = _point(last, window.last_time) if last else ""
    if first is None:
        return f"until {end}"
    if last is None:
        return f"since {start}"
    if start == end:
        return f"on {start}"
    if _is_whole_month(first, last):
        return f"in {first:%B %Y}"
    if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return f"in {first.year}"
    return f"from {start} to {end}"


def _is_whole_month(first: date, last: date) -> bool:
    after = last + timedelta(days=1)
    return (
        first.day == 1 and after.day == 1 and (first.year, first.month) == (last.year, last.month)
    )


def day(one: date) -> str:
    return f"{one.day} {one:%B %Y}"


def _point(one: date, clock: time | None) -> str:
    return day(one) if clock is None else f"{day(one)} {_clock(clock)}"


def _clock(clock: time) -> str:
    return f"{clock:%H:%M}"


def _hours(hours: Hours) -> str:
    return f"between {_clock(hours.start)} and {_clock(hours.end)}"
