"""Streams as rows, hours as columns; the last column is the hour that ended last."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Hours = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """Hourly means, and which of them are known; what is not known is 0."""

    values: Hours
    known: Flags

    def take(self, rows: NDArray[np.intp]) -> "Grid":
        return Grid(self.values[rows], self.known[rows])


def grid_of(values: NDArray[np.float64]) -> Grid:
    """From an array in which what is not known is not a number."""
    known = np.isfinite(values)
    return Grid(np.where(known, values, 0.0).astype(np.float32), known)


def running_mean(grid: Grid, wide: int) -> tuple[Hours, Flags]:
    """The mean of the `wide` hours around each hour, and where half of them are known and none
    lies outside the array.
    """
    before, after = wide // 2, wide - wide // 2
    total = _windows(np.where(grid.known, grid.values, 0.0), before, after)
    count = _windows(grid.known.astype(np.float64), before, after)
    mean = (total / np.maximum(count, 1)).astype(np.float32)
    return mean, count >= wide / 2


def _windows(array: NDArray[np.floating], before: int, after: int) -> NDArray[np.float64]:
    """Sums over [t - before, t + after); 0 where that leaves the array."""
    n, hours = array.shape
    sums = np.zeros((n, hours + 1))
    np.cumsum(array, axis=1, dtype=np.float64, out=sums[:, 1:])
    out = np.zeros((n, hours))
    if hours >= before + after:
        out[:, before : hours - after + 1] = sums[:, before + after :] - sums[:, : -before - after]
    return out
