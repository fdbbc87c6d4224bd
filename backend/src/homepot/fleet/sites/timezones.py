"""Names of timezones."""

from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# Files of the database that are no places.
_NOT_PLACES = {"Factory", "localtime", "posixrules"}


@cache
def known_timezones() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_PLACES)


def timezone_problem(name: str) -> str | None:
    """Why this is no timezone, with the nearest that is; None if it is one.

    >>> timezone_problem("Europe/Berlin") is None
    True
    >>> timezone_problem("europe/berlin")
    "there is no timezone 'europe/berlin'; did you mean Europe/Berlin?"
    """
    if name in known_timezones():
        return None
    by_folded = {known.casefold(): known for known in known_timezones()}
    near = get_close_matches(name.casefold().replace(" ", "_"), by_folded, n=1, cutoff=0.6)
    hint = f"did you mean {by_folded[near[0]]}?" if near else 'give a name such as "Europe/Berlin"'
    return f"there is no timezone {name[:64]!r}; {hint}"


@cache
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)
