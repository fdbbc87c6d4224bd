"""Clocks that people name, and windows by them."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.when import Calendar, Dates, Moments, Rolling, Unit, Window

_ABBREVIATED = {
    **dict.fromkeys(bag("utc gmt zulu"), "UTC"),
    **dict.fromkeys(bag("cet cest mez mesz"), "Europe/Paris"),
    **dict.fromkeys(bag("eet eest"), "Europe/Helsinki"),
    **dict.fromkeys(bag("wet west"), "Europe/Lisbon"),
    "bst": "Europe/London", "ist": "Asia/Kolkata", "jst": "Asia/Tokyo",
    **dict.fromkeys(bag("est edt"), "America/New_York"),
    **dict.fromkeys(bag("cst cdt"), "America/Chicago"),
    **dict.fromkeys(bag("mst mdt"), "America/Denver"),
    **dict.fromkeys(bag("pst pdt"), "America/Los_Angeles"),
}  # fmt: skip
_REGIONS = {
    "eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver",
    "pacific": "America/Los_Angeles", "british": "Europe/London", "uk": "Europe/London",
    "european": "Europe/Paris", "indian": "Asia/Kolkata", "japanese": "Asia/Tokyo",
    "universal": "UTC", "greenwich": "UTC",
}  # fmt: skip
ABBREVIATED = frozenset(_ABBREVIATED) - {"west"}


def zone_of(word: str, is_time: bool) -> str | None:
    if word in ABBREVIATED:
        return _ABBREVIATED[word]
    return (_REGIONS.get(word) or _cities().get(word)) if is_time else None


@cache
def _cities() -> dict[str, str]:
    """Oslo: Europe/Oslo. A city of two words is known by neither of them."""
    found: dict[str, str] = {}
    for name in sorted(available_timezones()):
        region, _, city = name.rpartition("/")
        if region and region not in {"Etc", "SystemV", "US"} and "_" not in city:
            found.setdefault(city.lower(), name)
    return found


def by_clock(window: Window, zone: ZoneInfo, as_of: datetime) -> Window | None:
    """The same by that clock, if it is one stretch of time; what is counted back from the moment
    of asking is so by any."""
    if isinstance(window, Moments):
        return window
    today = as_of.astimezone(zone).date()
    hours = getattr(window, "hours", None)
    if isinstance(window, Rolling) and hours is None:
        return window
    once = hours is None or getattr(window, "count", 1) == 1
    if isinstance(window, Calendar) and window.unit is Unit.DAY and once:
        last = today + timedelta(days=window.offset)
        first = last - timedelta(days=window.count - 1)
        return _between(first, hours and hours.start, last, hours and hours.end, zone)
    if not isinstance(window, Dates) or window.first is None:
        return None
    if hours is None:
        last = window.last or today + timedelta(days=1)
        return _between(window.first, window.first_time, last, window.last_time, zone)
    if window.first == window.last:
        return _between(window.first, hours.start, window.first, hours.end, zone)
    return None


def _between(
    first: date, start: time | None, last: date, end: time | None, zone: ZoneInfo
) -> Moments:
    """Without a time of day, whole days; an end before its beginning is of the next day."""
    begins = datetime.combine(first, start or time(), zone)
    ends = datetime.combine(last, end, zone) if end is not None else _next(last, zone)
    if ends <= begins:
        ends = datetime.combine(last + timedelta(days=1), end or time(), zone)
    return Moments(start=begins, end=ends)


def _next(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone)
