"""Which reports there are and what span of time each is about. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from homepot.ai.analysis.facts import Window
from homepot.core.errors import BadInput
from homepot.core.ids import ALPHABET

RANGE_MAX = timedelta(days=366)
LATER_MAX = timedelta(minutes=1)


class ReportType(StrEnum):
    DAILY = "daily"
    INCIDENT = "incident"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CUSTOM = "custom"


class Scope(StrEnum):
    """What reports that come by themselves are about."""

    EVERYTHING = "everything"
    EACH_SITE = "each_site"
    SITE = "site"
    DEVICE = "device"


class ReportPeriod(StrEnum):
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"


class ReportFormat(StrEnum):
    JSON = "json"
    HTML = "html"
    PDF = "pdf"


TITLES = {
    ReportType.DAILY: "Daily Health Report",
    ReportType.INCIDENT: "Incident Report",
    ReportType.WEEKLY: "Weekly Summary",
    ReportType.MONTHLY: "Monthly Summary",
    ReportType.CUSTOM: "Custom Analysis",
}
_LENGTHS = {
    ReportPeriod.DAY: (timedelta(hours=24), "the last 24 hours"),
    ReportPeriod.WEEK: (timedelta(days=7), "the last 7 days"),
    ReportPeriod.MONTH: (timedelta(days=30), "the last 30 days"),
}
_USUAL = {ReportType.WEEKLY: ReportPeriod.WEEK, ReportType.MONTHLY: ReportPeriod.MONTH}


def window_of(
    kind: ReportType,
    period: ReportPeriod | None,
    start: datetime | None,
    end: datetime | None,
    now: datetime,
) -> Window:
    """A period goes up to now; a custom analysis may name its own two moments instead.

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 9, tzinfo=UTC)
    >>> window_of(ReportType.WEEKLY, None, None, None, at).start.day
    2
    >>> window_of(ReportType.CUSTOM, None, at - timedelta(hours=3), at, at).words
    'the time from 2026-11-08 21:00 to 2026-11-09 00:00 UTC'
    """
    if start is None and end is None:
        length, words = _LENGTHS[period or _USUAL.get(kind, ReportPeriod.DAY)]
        return Window(now - length, now, words)
    if kind is not ReportType.CUSTOM:
        raise BadInput(
            f"A {kind} report has a `period`; `from` and `to` go with report_type=custom.",
            at="query.from" if start else "query.to",
        )
    if period is not None:
        raise BadInput("Give `period`, or `from` and `to`, not both.", at="query.period")
    if start is None or start.tzinfo is None or (end is not None and end.tzinfo is None):
        raise BadInput(
            "Give `from` (and `to`, else it is now) as moments with a time zone, such as"
            " 2026-11-02T00:00:00Z.",
            at="query.from",
        )
    return _between(start, end or now, now)


def _between(start: datetime, end: datetime, now: datetime) -> Window:
    if start >= end:
        raise BadInput("`from` must be before `to`.", at="query.from")
    if end > now + LATER_MAX:
        raise BadInput("`to` lies in the future, of which nothing is reported.", at="query.to")
    if end - start > RANGE_MAX:
        raise BadInput(f"At most {RANGE_MAX.days} days in one report.", at="query.from")
    first, last = (f"{one.astimezone(now.tzinfo):%Y-%m-%d %H:%M}" for one in (start, end))
    return Window(start, end, f"the time from {first} to {last} UTC")


def report_id(at: datetime, token: bytes) -> str:
    """As the plan writes them: the day (of UTC), and what tells it from others.

    >>> from datetime import UTC
    >>> report_id(datetime(2025, 11, 27, tzinfo=UTC), bytes(8))
    'rpt_20251127_22222222'
    """
    return f"rpt_{at:%Y%m%d}_{''.join(ALPHABET[one % len(ALPHABET)] for one in token)}"
