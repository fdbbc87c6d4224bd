"""When a report is due by itself: on the clock of the site. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from homepot.ai.analysis.facts import Window
from homepot.ai.reports.kinds import ReportType

AT = time(7)
# What was missed for longer, for the server was away, is not made up for.
LATE_MAX = timedelta(hours=12)
_DAYS = {ReportType.DAILY: 1, ReportType.WEEKLY: 7}


def window_due(kind: ReportType, zone: ZoneInfo, now: datetime) -> Window | None:
    """Of the last time that it was 7:00 there (on a Monday for a weekly one), back to the time
    before; none where that is too long ago. A day of a change of clocks has 23 or 25 hours.

    >>> from datetime import UTC
    >>> oslo = ZoneInfo("Europe/Oslo")
    >>> autumn = window_due(ReportType.DAILY, oslo, datetime(2026, 10, 25, 6, 0, tzinfo=UTC))
    >>> autumn.start.hour, autumn.end.hour, autumn.length
    (5, 6, datetime.timedelta(days=1, seconds=3600))
    """
    days = _DAYS[kind]
    local = now.astimezone(zone)
    day = local.date()
    if local.time() < AT:
        day -= timedelta(days=1)
    if kind is ReportType.WEEKLY:
        day -= timedelta(days=day.weekday())
    end, start = (
        datetime.combine(day - timedelta(days=back), AT, zone).astimezone(now.tzinfo)
        for back in (0, days)
    )
    if now - end > LATE_MAX:
        return None
    words = "the last 24 hours" if days == 1 else "the last 7 days"
    if end - start != timedelta(days=days):
        words = f"the {'day' if days == 1 else 'week'} up to 7:00"
    return Window(start, end, words)
