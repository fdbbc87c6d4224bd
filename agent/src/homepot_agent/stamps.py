"""The time of each report: unique on the device for ever, and growing while its clock does.

The server knows a report by device and time, so two reports of one time would be one. Stamps
are microseconds on a grid of milliseconds; the last three digits are the *era*, which moves on
by one each time the clock is set back. Within an era stamps grow, and stamps of two eras differ
in their last digits: nothing repeats until the clock has been set back a thousand times.
"""

from __future__ import annotations

from dataclasses import dataclass

GRID_US = 1_000
# A clock that is nudged back by less than this is waited for instead of followed.
HELD_BACK_US_MAX = 2_000_000
# 2024-01-01. A device without a battery for its clock starts in 1970; what it measures before
# it has been told the time belongs to no moment that anybody could name.
PLAUSIBLE_US_MIN = 1_704_067_200_000_000


@dataclass(frozen=True)
class Stamp:
    """The time given to a report, and by how much the clock was set back just before it."""

    us: int
    set_back_us: int = 0


def clock_is_set(wall_us: int) -> bool:
    return wall_us >= PLAUSIBLE_US_MIN


def next_stamp(last_us: int, wall_us: int) -> Stamp:
    """The stamp that follows `last_us` at this time of the clock.

    >>> next_stamp(0, 1_763_719_200_123_456).us
    1763719200123000
    >>> next_stamp(1_763_719_200_123_000, 1_763_719_200_123_456).us
    1763719200124000
    >>> next_stamp(1_763_719_200_123_000, 1_763_715_600_000_000)
    Stamp(us=1763715600000001, set_back_us=3600123000)
    """
    era = last_us % GRID_US
    on_grid = wall_us - wall_us % GRID_US
    if on_grid + era > last_us:
        return Stamp(on_grid + era)
    set_back_us = last_us - wall_us
    if set_back_us <= HELD_BACK_US_MAX:
        return Stamp(last_us + GRID_US)
    return Stamp(on_grid + (era + 1) % GRID_US, set_back_us)
