"""When a report is due by itself: on the clock of the site. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from homepot.ai.analysis.facts import Window
from homepot.ai.reports.kinds import ReportType

AT = time(7)
# What was missed for longer, for the server was away, is not made up for.
LATE_MAX = {
    ReportType.DAILY: timedelta(hours=12),
    ReportType.WEEKLY: timedelta(days=3),
    ReportType.MONTHLY: timedelta(days=7),
}
_WORDS = {
    ReportType.DAILY: ("day", "the last 24 hours", timedelta(days=1)),
    ReportType.WEEKLY: ("week", "the last 7 days", timedelta(days=7)),
    ReportType.MONTHLY: ("month", "the last 30 days", timedelta(days=30)),
}


def window_due(kind: ReportType, zone: ZoneInfo, now: datetime) -> Window | None:
    """Of the last time that it was 7:00 there (on a Monday for a weekly one, on the first of the
    month for a monthly one), back to the time before; none where that is too long ago. A day of a
    change of clocks has 23 or 25 hours.

    >>> from datetime import UTC
    >>> oslo = ZoneInfo("Europe/Oslo")
    >>> autumn = window_due(ReportType.DAILY, oslo, datetime(2026, 10, 25, 6, 0, tzinfo=UTC))
    >>> autumn.start.hour, autumn.end.hour, autumn.length
    (5, 6, datetime.timedelta(days=1, seconds=3600))
    >>> window_due(ReportType.MONTHLY, oslo, datetime(2026, 11, 1, 7, 0, tzinfo=UTC)).words
    'the month up to 7:00'
    """
    local = now.astimezone(zone)
    last = local.date() if local.time() >= AT else local.date() - timedelta(days=1)
    first, last = _days(kind, last)
    start, end = (datetime.combine(day, AT, zone).astimezone(now.tzinfo) for day in (first, last))
    if now - end > LATE_MAX[kind]:
        return None
    name, words, usual = _WORDS[kind]
    return Window(start, end, words if end - start == usual else f"the {name} up to 7:00")


def _days(kind: ReportType, last: date) -> tuple[date, date]:
    """
    >>> _days(ReportType.MONTHLY, date(2026, 1, 15))
    (datetime.date(2025, 12, 1), datetime.date(2026, 1, 1))
    """
    if kind is ReportType.MONTHLY:
        last = last.replace(day=1)
        return (last - timedelta(days=1)).replace(day=1), last
    if kind is ReportType.WEEKLY:
        last -= timedelta(days=last.weekday())
        return last - timedelta(days=7), last
    return last - timedelta(days=1), last
