"""What a unit's streams have done up to each moment, as numbers a model can learn from.

How long it has run; of each stream, over windows that end at the moment, the mean, the slope and
the spread; and, last, how far it has moved from where the unit began. Nothing later enters.
The streams come normalised (`conditions.py`), one row for each moment.
"""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

WINDOWS = (5, 10, 20, 40, 80)
SLOPES = (20, 40, 80)
SPREADS = (20,)
BEGINNING = 20  # moments that tell how a unit was when it was new
MOVED = 10


def drift_features(streams: Doubles) -> Doubles:
    """A row for each moment.

    >>> drift_features(np.zeros((3, 2))).shape
    (3, 21)
    """
    sums = _Sums(streams)
    parts = [np.arange(1.0, len(streams) + 1)[:, None]]
    for window in WINDOWS:
        parts.append(sums.mean(window))
        if window in SLOPES:
            parts.append(sums.slope(window))
        if window in SPREADS:
            parts.append(sums.spread(window))
    parts.append(sums.mean(MOVED) - sums.beginning(BEGINNING))
    return np.hstack(parts)


def streams_in(features: Doubles) -> int:
    """Of how many streams these features are.

    >>> streams_in(drift_features(np.zeros((3, 2))))
    2
    """
    return int(features.shape[1] - 1) // (len(WINDOWS) + len(SLOPES) + len(SPREADS) + 1)


class _Sums:
    """Running sums, so that every window costs two looks."""

    def __init__(self, streams: Doubles) -> None:
        self._at = np.arange(len(streams))
        self._plain = _running(streams)
        self._timed = _running(streams * self._at[:, None])
        self._squared = _running(streams**2)

    def _window(self, window: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Doubles]:
        first, end = np.maximum(self._at + 1 - window, 0), self._at + 1
        return first, end, (end - first)[:, None].astype(np.float64)

    def mean(self, window: int) -> Doubles:
        first, end, count = self._window(window)
        return np.asarray((self._plain[end] - self._plain[first]) / count)

    def slope(self, window: int) -> Doubles:
        first, end, count = self._window(window)
        total = self._plain[end] - self._plain[first]
        middle = (first + end - 1)[:, None] / 2
        along = self._timed[end] - self._timed[first] - middle * total
        spread = (count**2 - 1) / 12 * count
        return np.where(count > 2, along / np.maximum(spread, 1), 0.0)

    def spread(self, window: int) -> Doubles:
        first, end, count = self._window(window)
        square = (self._squared[end] - self._squared[first]) / count
        return np.asarray(np.sqrt(np.maximum(square - self.mean(window) ** 2, 0)))

    def beginning(self, moments: int) -> Doubles:
        end = np.minimum(self._at + 1, moments)
        return np.asarray(self._plain[end] / end[:, None])


def _running(streams: Doubles) -> Doubles:
    return np.vstack([np.zeros((1, streams.shape[1])), np.cumsum(streams, axis=0)])
