"""Levels that moved at once: clean-ups, updates, copied files. They are no wear.

A step is a change over a few hours that is far more than the changes around it. What was before it
is moved to the level after it, so that a course goes on across it. A large step the good way is
the end of the wear there was: nothing before it speaks of the wear there is. Steps the good way
that come again and again, as clean-ups do, will come again: what they take away is told as a pace.
"""

import numpy as np
from numpy.typing import NDArray

from homepot.ai.prediction.wear.arrays import Flags, Grid, Hours

SIDE = 4  # hours on each side of a step, without the hour it may lie in
AROUND = 36  # hours on each side among which a change must stand out
MENDED_SHARE = 0.5  # of what had grown; a step that takes less away ends no wear
AGAIN_MIN = 2  # steps the good way from which on they are expected to go on
STEPS_MAX = 40  # of one stream: what jumps more often than that has no steps


def without_steps(
    grid: Grid, spreads: float, mended_spreads: float
) -> tuple[Grid, NDArray[np.intp], NDArray[np.float64]]:
    """The grid at its present level, from which hour on the present wear may have begun, and by how
    much an hour steps the good way keep it down."""
    change, told = _changes(grid)
    noise = _noise(grid)
    usual = _spread(change, told)
    size = np.abs(change)
    tall = told & (size > spreads * np.maximum(usual, noise)[:, None])
    rows, hours = np.nonzero(tall & (size >= _greatest_near(size)))
    order = np.lexsort((hours, rows))
    rows, hours = rows[order], hours[order]
    step = _standing_out(change, told, rows, hours, spreads)
    kept = step != 0
    many = np.bincount(rows[kept], minlength=len(grid.values)) > STEPS_MAX
    kept &= ~many[rows]
    rows, hours, step = rows[kept], hours[kept], step[kept]
    moved = np.zeros(grid.values.shape, np.float32)
    np.add.at(moved, (rows, hours), step)
    # Everything before a step is moved by it; the hour of the step itself is neither.
    later = moved.sum(axis=1, keepdims=True) - np.cumsum(moved, axis=1)
    values = np.where(grid.known, grid.values + later, 0.0).astype(np.float32)
    known = grid.known.copy()
    known[rows, hours] = False
    begin = np.zeros(len(grid.values), np.intp)
    for row, hour, by in zip(rows.tolist(), hours.tolist(), step.tolist(), strict=True):
        tall = by < -mended_spreads * max(usual[row], noise[row])
        if tall and -by >= MENDED_SHARE * _risen(grid, row, int(begin[row]), hour):
            begin[row] = hour + 1
    present = Grid(np.where(known, values, 0.0).astype(np.float32), known)
    down = np.bincount(rows, step < 0, len(grid.values)) >= AGAIN_MIN
    net = np.bincount(rows, step, len(grid.values))
    hours_known = np.maximum(grid.known.sum(axis=1), 1)
    return present, begin, np.where(down, np.maximum(-net, 0) / hours_known, 0.0)


def _risen(grid: Grid, row: int, begin: int, hour: int) -> float:
    """From the lowest since then to just before this hour."""
    known = grid.values[row, begin:hour][grid.known[row, begin:hour]]
    return float(known[-SIDE:].mean() - known.min()) if len(known) else 0.0


def _changes(grid: Grid) -> tuple[Hours, Flags]:
    """The mean of the hours after each hour less that of the hours before it."""
    n, hours = grid.values.shape
    sums, counts = np.zeros((n, hours + 1)), np.zeros((n, hours + 1))
    np.cumsum(np.where(grid.known, grid.values, 0), axis=1, dtype=np.float64, out=sums[:, 1:])
    np.cumsum(grid.known, axis=1, dtype=np.float64, out=counts[:, 1:])
    change, told = np.zeros((n, hours), np.float32), np.zeros((n, hours), bool)
    for hour in range(2, hours - 1):
        first, last = max(hour - SIDE, 0), min(hour + 1 + SIDE, hours)
        n_before = counts[:, hour] - counts[:, first]
        n_after = counts[:, last] - counts[:, hour + 1]
        told[:, hour] = (n_before >= 2) & (n_after >= 2)
        before = (sums[:, hour] - sums[:, first]) / np.maximum(n_before, 1)
        after = (sums[:, last] - sums[:, hour + 1]) / np.maximum(n_after, 1)
        change[:, hour] = after - before
    return change, told


def _noise(grid: Grid) -> Hours:
    """The spread of a mean of a few hours, by how much neighbouring hours differ."""
    both = grid.known[:, 1:] & grid.known[:, :-1]
    apart = np.where(both, np.abs(np.diff(grid.values, axis=1)), np.nan)
    count = np.maximum(both.sum(axis=1), 1)
    return np.asarray(np.nansum(apart, axis=1) / count / np.sqrt(SIDE), np.float32)


def _spread(change: Hours, told: Flags) -> Hours:
    some = told.any(axis=1)
    out = np.zeros(len(change), np.float32)
    seen = np.where(told[some], np.abs(change[some]), np.nan)
    out[some] = 1.48 * np.nanmedian(seen, axis=1)
    return out


def _greatest_near(size: Hours) -> Hours:
    greatest = size.copy()
    for by in range(1, SIDE + 1):
        np.maximum(greatest[:, by:], size[:, :-by], out=greatest[:, by:])
        np.maximum(greatest[:, :-by], size[:, by:], out=greatest[:, :-by])
    return greatest


def _standing_out(
    change: Hours, told: Flags, rows: NDArray[np.intp], hours: NDArray[np.intp], spreads: float
) -> Hours:
    """The step beyond the pace around it; 0 where it is but that pace."""
    if not len(rows):
        return np.zeros(0, np.float32)
    reach = np.concatenate([np.arange(-AROUND, -SIDE), np.arange(SIDE + 1, AROUND + 1)])
    near = hours[:, None] + reach
    inside = (near >= 0) & (near < change.shape[1])
    near = np.clip(near, 0, change.shape[1] - 1)
    seen = np.where(inside & told[rows[:, None], near], change[rows[:, None], near], np.nan)
    some = np.isfinite(seen).any(axis=1)
    pace, spread = np.zeros(len(rows)), np.zeros(len(rows))
    pace[some] = np.nanmedian(seen[some], axis=1)
    spread[some] = 1.48 * np.nanmedian(np.abs(seen[some] - pace[some, None]), axis=1)
    step = change[rows, hours] - pace
    return np.where(np.abs(step) > spreads * spread, step, 0.0).astype(np.float32)
