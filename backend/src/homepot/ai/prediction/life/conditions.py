"""Under which conditions a unit worked at each moment, and its streams as those conditions have
them.

A wide gap in the values of a setting may part two conditions. It does where the streams say so: a
setting counts only if its cells explain most of what some stream does. One that merely wavers
explains nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Places = NDArray[np.int64]

GAP_SHARE = 0.02  # of a setting's range
EXPLAINED_SHARE = 0.5  # of the variance of a stream
ROWS_MIN_SHARE = 0.01  # a condition that is rarer than this is none of its own


@dataclass(frozen=True)
class Conditions:
    """Which conditions there are, and how the streams are in each."""

    centres: Doubles  # of each condition, in the scaled settings
    scale: Doubles
    mean: Doubles
    spread: Doubles
    used: NDArray[np.bool_]  # the streams that move at all

    @classmethod
    def of(cls, settings: Doubles, streams: Doubles) -> "Conditions":
        cuts = tuple(_cuts(column, streams) for column in settings.T)
        known, which = np.unique(_cells(settings, cuts), axis=0, return_inverse=True)
        count = np.bincount(which.ravel(), minlength=len(known))
        common = np.flatnonzero(count >= ROWS_MIN_SHARE * len(settings))
        scale = np.maximum(np.ptp(settings, axis=0), 1e-12)
        centres = np.array([settings[which.ravel() == one].mean(axis=0) for one in common]) / scale
        place = _nearest(settings / scale, centres)
        mean = np.array([streams[place == one].mean(axis=0) for one in range(len(centres))])
        spread = np.array([streams[place == one].std(axis=0) for one in range(len(centres))])
        moves = spread > 1e-4 * np.maximum(np.abs(mean), 1)
        return cls(centres, scale, mean, np.where(moves, spread, 1), moves.any(axis=0))

    def normalised(self, settings: Doubles, streams: Doubles) -> Doubles:
        place = _nearest(settings / self.scale, self.centres)
        told: Doubles = (streams - self.mean[place]) / self.spread[place]
        return told[:, self.used]

    def __len__(self) -> int:
        return len(self.centres)


def _cuts(values: Doubles, streams: Doubles) -> Doubles:
    ordered = np.unique(values)
    wide = np.diff(ordered) > GAP_SHARE * (ordered[-1] - ordered[0])
    cuts: Doubles = ((ordered[:-1] + ordered[1:]) / 2)[wide]
    if not len(cuts):
        return cuts
    cell = np.searchsorted(cuts, values)
    count = np.maximum(np.bincount(cell, minlength=len(cuts) + 1), 1)
    off = streams - streams.mean(axis=0)
    means = np.stack([np.bincount(cell, one, len(count)) / count for one in off.T], axis=1)
    between = (means**2 * count[:, None]).sum(axis=0)
    whole = np.maximum((off**2).sum(axis=0), 1e-12)
    moves = off.std(axis=0) > 1e-4 * np.maximum(np.abs(streams.mean(axis=0)), 1)
    explains = bool(((between / whole)[moves] > EXPLAINED_SHARE).any())
    return cuts if explains else cuts[:0]


def _cells(settings: Doubles, cuts: tuple[Doubles, ...]) -> Places:
    return np.stack(
        [np.searchsorted(cut, column) for cut, column in zip(cuts, settings.T, strict=True)], axis=1
    )


def _nearest(settings: Doubles, centres: Doubles) -> Places:
    apart = ((settings[:, None, :] - centres[None]) ** 2).sum(axis=2)
    return np.asarray(apart.argmin(axis=1))
