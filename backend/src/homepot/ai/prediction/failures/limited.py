"""The limits of devices as arrays: of each metric the first that is reached on either side."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


class HasSide(Protocol):
    @property
    def metric(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def sign(self) -> int: ...


def nearest_limits(
    of_devices: Sequence[Sequence[HasSide]], metrics: Sequence[str]
) -> tuple[Doubles, Doubles]:
    """Above and below, a row for each device; not a number where there is none."""
    place = {name: column for column, name in enumerate(metrics)}
    above = np.full((len(of_devices), len(metrics)), np.nan)
    below = above.copy()
    for row, limits in enumerate(of_devices):
        for one in limits:
            column = place.get(one.metric)
            if column is None:
                continue
            side, nearer = (above, np.fmin) if one.sign > 0 else (below, np.fmax)
            side[row, column] = nearer(side[row, column], one.value)
    return above, below
