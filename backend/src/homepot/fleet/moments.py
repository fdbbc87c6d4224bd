"""Times that come from outside: what a device or a person may call a time."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from homepot.core.clock import now

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
# A clock may be wrong by hours and is then noticed; a day ahead is no clock any more.
AHEAD_MAX = timedelta(hours=24)


def _spelled(value: Any) -> Any:
    """ISO 8601, or seconds since 1970: not the true and false that would pass as 1 and 0."""
    return str(value) if isinstance(value, bool) else value


def in_bounds(moment: datetime, now_: datetime) -> datetime:
    """The time in UTC, where it is one that can be meant; without a zone it is taken as UTC.

    >>> in_bounds(datetime(2026, 3, 1, 12), datetime(2026, 3, 1, tzinfo=UTC)).isoformat()
    '2026-03-01T12:00:00+00:00'
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if aware < EARLIEST:
        message = f"{aware.isoformat()} is before 2000"
        raise ValueError(message)
    if aware > now_ + AHEAD_MAX:
        message = f"{aware.isoformat()} is more than 24 hours in the future"
        raise ValueError(message)
    return aware.astimezone(UTC)


def _in_bounds(moment: datetime) -> datetime:
    return in_bounds(moment, now())


Moment = Annotated[datetime, BeforeValidator(_spelled), AfterValidator(_in_bounds)]
