"""What a device's words tell of its clock. No I/O.

A word says a time and is heard at another. Nothing is heard before it is said, so the difference
is at least how far the clock is ahead, less whatever the word had to wait on its way: in a queue,
or in a backlog that is sent after a day without a link. A difference that grew is therefore
believed at once, one that fell only when it has lasted: what waited comes closer and closer to
now while it is worked off, a clock that was set back stays where it is.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# Beyond this a clock is called wrong, and right again below the other; between the two it stays
# what it was. Smaller differences the network explains.
WRONG_FROM_S = 60.0
RIGHT_BELOW_S = 30.0
AGREES_S = 60.0
LASTED = timedelta(minutes=3)
# Clocks drift by milliseconds all the time; that is not worth a write.
SAVED_FROM_S = 1.0


@dataclass(frozen=True)
class Clock:
    """How far it is ahead, since when that is too far, and what its words suggest instead."""

    skew_s: float | None = None
    wrong_since: datetime | None = None
    doubt_s: float | None = None
    doubt_since: datetime | None = None


def heard(clock: Clock, said: datetime, at: datetime) -> Clock:
    """What is believed after a word that said this time and came at that one."""
    ahead_s = (said - at).total_seconds()
    known_s = clock.skew_s if clock.skew_s is not None else 0.0
    if ahead_s > known_s - AGREES_S:
        return _believing(clock, ahead_s, at)
    if clock.doubt_s is None or abs(ahead_s - clock.doubt_s) > AGREES_S:
        return replace(clock, doubt_s=ahead_s, doubt_since=at)
    if clock.doubt_since is not None and at - clock.doubt_since >= LASTED:
        return _believing(clock, ahead_s, at)
    return clock


def _believing(clock: Clock, skew_s: float, at: datetime) -> Clock:
    bound_s = RIGHT_BELOW_S if clock.wrong_since else WRONG_FROM_S
    wrong = abs(skew_s) > bound_s
    return Clock(skew_s, (clock.wrong_since or at) if wrong else None)


def worth_saving(before: Clock, after: Clock) -> bool:
    """Whether more changed than clocks do all the time."""
    if replace(before, skew_s=None) != replace(after, skew_s=None) or before.skew_s is None:
        return before != after
    return abs((after.skew_s or 0.0) - before.skew_s) >= SAVED_FROM_S


def turned(before: Clock, after: Clock) -> bool:
    """Whether the clock went wrong, or right again."""
    return (before.wrong_since is None) != (after.wrong_since is None)


def in_words(skew_s: float) -> str:
    """
    >>> in_words(3723.4), in_words(-90), in_words(2 * 86_400 + 7_200), in_words(59.7)
    ('1 h 2 min ahead', '1 min 30 s behind', '2 d 2 h ahead', '1 min ahead')
    """
    left = round(abs(skew_s))
    parts: list[str] = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count} {unit}" if count else "")
    said = " ".join(part for part in parts[:2] if part) or "0 s"
    return f"{said} {'ahead' if skew_s > 0 else 'behind'}"
