"""The periods that can be asked for. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from homepot.ai.analysis.facts import Window
from homepot.core.errors import BadInput


class Period(StrEnum):
    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"


_LENGTHS = {
    Period.HOUR: (timedelta(hours=1), "the last hour"),
    Period.DAY: (timedelta(hours=24), "the last 24 hours"),
    Period.WEEK: (timedelta(days=7), "the last 7 days"),
    Period.MONTH: (timedelta(days=30), "the last 30 days"),
}


def window_of(name: str, now: datetime) -> Window:
    """Up to this moment.

    >>> from datetime import UTC
    >>> window_of("7d", datetime(2026, 11, 9, tzinfo=UTC)).start.day
    2
    """
    try:
        length, words = _LENGTHS[Period(name)]
    except ValueError:
        known = ", ".join(Period)
        problem = f"There is no period {name[:50]!r}; there are: {known}."
        raise BadInput(problem, at="query.period") from None
    return Window(now - length, now, words)
