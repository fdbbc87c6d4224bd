"""How much a stream moves where nothing wears: from hour to hour, from day to day."""

import numpy as np
from numpy.typing import NDArray

from homepot.ai.prediction.wear.arrays import Grid

Doubles = NDArray[np.float64]
_TINY = 1e-9


def lasting(left: Doubles, block: int) -> Doubles:
    """The variance of an hour, so raised that hours count as if they knew nothing of each other:
    a mean over a block, squared, times the block's hours.
    """
    n, hours = left.shape
    known = np.isfinite(left)
    single = np.where(known, left, 0) ** 2
    variance = single.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    whole = hours // block * block
    parts = left[:, hours - whole :].reshape(n, -1, block)
    seen = np.isfinite(parts).sum(axis=2)
    told = seen >= block / 2
    total = np.where(np.isfinite(parts), parts, 0).sum(axis=2)
    means = np.where(told, total**2 / np.maximum(seen, 1), 0).sum(axis=1)
    return np.asarray(np.maximum(variance, means / np.maximum(told.sum(axis=1), 1)))


def wandering(grid: Grid, onset: Doubles) -> Doubles:
    """How far a day's mean is from the day before, in the time before `onset` hours ago.

    Where that time is short, by the whole time less its pace.
    """
    n, hours = grid.values.shape
    days = hours // 24
    part = slice(hours - days * 24, hours)
    known = grid.known[:, part].reshape(n, days, 24)
    seen = known.sum(axis=2)
    total = np.where(known, grid.values[:, part].reshape(n, days, 24), 0).sum(axis=2)
    mean = np.where(seen >= 6, total / np.maximum(seen, 1), np.nan)
    apart = np.diff(mean, axis=1)
    before = np.arange(1, days) < days - np.ceil(onset / 24)[:, None]
    usable = np.where(before, apart, np.nan)
    short = np.isfinite(usable).sum(axis=1) < 3
    all_seen = np.isfinite(apart).any(axis=1)
    pace = np.zeros((n, 1))
    pace[all_seen] = np.nanmedian(apart[all_seen], axis=1, keepdims=True)
    usable = np.where(short[:, None], apart - pace, usable)
    count = np.isfinite(usable).sum(axis=1)
    size = np.abs(np.where(count[:, None] > 0, usable, 0.0))
    bound = 4 * np.nanmedian(size, axis=1, keepdims=True) + _TINY
    spread = np.sqrt(np.nanmean(np.minimum(size, bound) ** 2, axis=1))
    return np.asarray(np.maximum(spread, _TINY))


def excursions(
    left: Doubles, onset: Doubles, late_hours: int, share: float
) -> tuple[Doubles, Doubles]:
    """How far the highest hours lie above the course, season and all: before the wear, and by how
    much more lately. A limit is reached by the highest hours of a day, not by its mean; and what
    shakes more because it wears will shake more still when it has worn further.
    """
    hours = left.shape[1]
    before = np.arange(hours) < hours - onset[:, None]
    usual = _quantile(np.where(before, left, np.nan), share)
    late = _quantile(left[:, -late_hours:], share)
    return usual, np.maximum(late - usual, 0)


def greatest_excursion(grid: Grid, onset: Doubles, level: Doubles, wide: int) -> Doubles:
    """How far the mean of some hours lay above this level at most, before `onset` hours ago.

    What was so high before and came back may well do so again.
    """
    n, hours = grid.values.shape
    before = grid.known & (np.arange(hours) < hours - onset[:, None])
    sums, count = np.zeros((n, hours + 1)), np.zeros((n, hours + 1))
    np.cumsum(np.where(before, grid.values - level[:, None], 0), axis=1, out=sums[:, 1:])
    np.cumsum(before, axis=1, out=count[:, 1:])
    total, seen = sums[:, wide:] - sums[:, :-wide], count[:, wide:] - count[:, :-wide]
    mean = np.where(seen >= wide / 2, total / np.maximum(seen, 1), 0)
    return np.asarray(mean.max(axis=1, initial=0))


def _quantile(left: Doubles, share: float) -> Doubles:
    some = np.isfinite(left).sum(axis=1) >= 12
    out = np.zeros(len(left))
    if some.any():
        out[some] = np.nanquantile(left[some], share, axis=1)
    return np.maximum(out, 0)
