"""When a channel's next message may go out: the first at once, many at once in one. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=60)
AT_ONCE_MAX = 3
NOTICES_MAX = 200


def due_for(recent: Sequence[datetime], now: datetime) -> datetime:
    """When a new message of a channel is due, given when its last ones were.

    Three in a minute go out as they come; what follows is collected until the oldest of those
    is a minute old.

    >>> at = datetime(2026, 3, 1, 12)
    >>> due_for([], at) == at
    True
    >>> due_for([at, at, at], at + timedelta(seconds=10)) == at + timedelta(seconds=60)
    True
    """
    within = sorted(moment for moment in recent if now - WINDOW < moment <= now)
    if len(within) < AT_ONCE_MAX:
        return now
    return within[-AT_ONCE_MAX] + WINDOW
