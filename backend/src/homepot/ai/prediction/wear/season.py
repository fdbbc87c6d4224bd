"""The day and the week taken out of hourly means."""

import numpy as np
from numpy.typing import NDArray

from homepot.ai.prediction.wear.arrays import Grid, Hours, running_mean

SLOTS = 48  # the hours of a working day, then those of a day off


def slots_of(local_hour: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place in the week of hours since 1970 as the clock on the wall shows them.

    >>> slots_of(np.array([0, 50, 48 + 9]))
    array([ 0, 26, 33])
    """
    # 1970 began on a Thursday.
    weekend = ((local_hour // 24) + 3) % 7 >= 5
    return np.where(weekend, 24, 0) + local_hour % 24


def without_season(grid: Grid, slots: NDArray[np.int64], clip: float, prior_days: float) -> Grid:
    """Each hour less what is usual at its place in the week, measured from the day's own level.

    The last half day has no whole day around it and teaches nothing.
    """
    level, whole = running_mean(grid, 24)
    off = np.where(whole & grid.known, grid.values - level, 0.0)
    count = (whole & grid.known).sum(axis=1, keepdims=True)
    spread = np.abs(off).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    off = np.clip(off, -clip * spread, clip * spread)
    inside = (whole & grid.known).astype(np.float32)
    usual = np.zeros((len(grid.values), SLOTS), np.float32)
    for slot in np.unique(slots):
        here = slots == slot
        seen = inside[:, here].sum(axis=1)
        usual[:, slot] = off[:, here].sum(axis=1) / (seen + prior_days)
    left: Hours = grid.values - usual[:, slots]
    return Grid(np.where(grid.known, left, 0.0).astype(np.float32), grid.known)
