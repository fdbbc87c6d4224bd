"""What is noted of a commit, for those who read what was committed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from homepot.telemetry.intake.batch import Ints
from homepot.telemetry.storage.days import DAY_US

# What spans more days is history that is sent in order: one note says it.
DAYS_MAX = 31


@dataclass(frozen=True)
class Note:
    rows: int
    first_us: int
    last_us: int
    device_ids: list[int]


def notes_of(device: Ints, at_us: Ints) -> Iterator[Note]:
    """A note for each day (UTC): else one late reading among those of a whole fleet would say that
    all of it changed on all the days between.

    >>> [(n.rows, n.device_ids) for n in notes_of(np.array([1, 2, 1]), np.array([5, DAY_US, 7]))]
    [(2, [1]), (1, [2])]
    """
    days = at_us // DAY_US
    several = np.unique(days)
    if len(several) > DAYS_MAX:
        several, days = several[:1], np.full(len(days), several[0])
    for day in several:
        ours = days == day
        moments = at_us[ours]
        devices = np.unique(device[ours]).tolist()
        yield Note(len(moments), int(moments.min()), int(moments.max()), devices)
