"""When a message that did not go out is tried again, and when it is given up. Pure."""

from datetime import datetime, timedelta

FIRST = timedelta(seconds=10)
LONGEST = timedelta(minutes=30)
GIVEN_UP_AFTER = timedelta(hours=25)
# Longer than any door takes: a send whose worker was killed is found by this.
SENDING_MAX = timedelta(seconds=180)


def pause(attempts: int, luck: float) -> timedelta:
    """How long to wait after so many attempts; `luck` in [0, 1) keeps many from coming together.

    >>> pause(1, 0.0), pause(1, 0.999) <= FIRST, pause(50, 0.999) <= LONGEST
    (datetime.timedelta(seconds=5), True, True)
    """
    doublings: int = 2 ** min(attempts - 1, 20)
    longest = min(LONGEST, FIRST * doublings)
    return longest / 2 + longest / 2 * luck


def next_try(attempts: int, created_at: datetime, now: datetime, luck: float) -> datetime | None:
    """When to try again; None once a day has gone by."""
    at = now + pause(attempts, luck)
    return at if at < created_at + GIVEN_UP_AFTER else None
