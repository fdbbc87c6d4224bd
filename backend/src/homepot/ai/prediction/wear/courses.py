"""Courses a wear may have, each fitted to all streams at once.

    y(t) = level + drift t + growth f(t),  f(t) = ((t - onset) / (now - onset)) ** bend

from its onset on, for many onsets and bends; and, against it, courses that came to a stand before
now. How much a course explains is the sum of its squared errors: least squares, in which the drift
is held near 0 by a ridge. With a mask for what is not known that takes five products of matrices.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from homepot.ai.prediction.wear.arrays import Grid, Hours
from homepot.ai.prediction.wear.parameters import Parameters

Places = NDArray[np.intp]
Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEW_BENDS = (1.0, 2.0)
BENDS = (0.7, 0.85, 1.0, 1.2, 1.45, 1.8, 2.3, 3.0)
ONSET_MIN = 15  # hours of a wear before it can be told from a copied file
STANDS = (9, 18, 36, 72, 144)  # hours since a course came to a stand


@dataclass(frozen=True)
class Courses:
    """One row for each course: its shape over the hours, where it began, its bend."""

    shapes: Hours
    onset: Places
    bend: Doubles
    stood: Flags


def _onsets(hours: int, few: bool) -> Iterator[int]:
    """Hours at which a wear may have begun; the nearer to now, the closer together."""
    long = ONSET_MIN
    while long < hours:
        yield hours - long
        long += max(6 if few else 1, round(long * (0.06 if few else 0.025)))
    if hours > ONSET_MIN:
        yield 0


@lru_cache(maxsize=8)
def courses_over(hours: int, few: bool) -> Courses:
    shapes, onsets, bends, stood = [], [], [], []
    at = np.arange(hours) + 0.5
    for onset in _onsets(hours, few):
        part = np.clip((at - onset) / (hours - onset), 0, None)
        for bend in FEW_BENDS if few else BENDS:
            shapes.append(part**bend)
            onsets.append(onset)
            bends.append(bend)
            stood.append(False)
        for stand in STANDS:
            if hours - onset - stand >= 1 and not few:
                shapes.append(np.minimum(part / (1 - stand / (hours - onset)), 1))
                onsets.append(onset)
                bends.append(1.0)
                stood.append(True)
    return Courses(
        np.array(shapes, np.float32).reshape(-1, hours),
        np.array(onsets, np.intp), np.array(bends), np.array(stood, bool),
    )  # fmt: skip


@dataclass(frozen=True)
class Fit:
    """Of each stream (row) and course (column)."""

    level: Doubles  # now, as the course has it
    growth: Doubles
    drift: Doubles  # per hour
    error: Doubles  # the sum of squares that is left
    weight: Doubles  # how firmly the growth is held: what the course adds to the squares
    flat: Doubles  # of each stream: what is left without any course


def fit(grid: Grid, courses: Courses, ridge: Doubles) -> Fit:
    """`ridge` of each stream: the variance of noise over that of an hour's drift."""
    known = grid.known.astype(np.float32)
    hours = known.shape[1]
    n = np.maximum(known.sum(axis=1, dtype=np.float64), 1)[:, None]
    mean = (grid.values * known).sum(axis=1, dtype=np.float64)[:, None] / n
    y = ((grid.values - mean) * known).astype(np.float32)
    at = np.arange(hours) + 0.5
    middle = (known @ at)[:, None] / n
    t = ((at - middle) * known).astype(np.float32)
    shapes = courses.shapes.T
    s = (known @ shapes).astype(np.float64)
    ss = (known @ (shapes * shapes)).astype(np.float64) - s * s / n
    sy = (y @ shapes).astype(np.float64)
    st = (t @ shapes).astype(np.float64)
    tt = (t.astype(np.float64) ** 2).sum(axis=1)[:, None] + ridge[:, None]
    ty = (t.astype(np.float64) * y).sum(axis=1)[:, None]
    yy = (y.astype(np.float64) ** 2).sum(axis=1)[:, None]
    weight = np.maximum(ss - st * st / tt, 1e-9)
    growth = (sy - ty * st / tt) / weight
    drift = (ty - growth * st) / tt
    flat = yy - ty * ty / tt
    error = np.maximum(flat - growth * growth * weight, 1e-12)
    level = mean + growth * (1 - s / n) + drift * (hours - middle)
    return Fit(level, growth, drift, error, weight, flat[:, 0])


def prior(courses: Courses, p: Parameters) -> Doubles:
    """The logarithm of how likely a course is before anything is seen of it."""
    going = -0.5 * (np.log(courses.bend / p.bend) / p.bend_spread) ** 2
    # a span of onsets is as likely as it is long, whether it has one course or ten
    onsets = np.unique(courses.onset)
    width = np.gradient(onsets.astype(float)) if len(onsets) > 1 else np.ones(1)
    going += np.log(width[np.searchsorted(onsets, courses.onset)])
    out = np.asarray(going)
    stands = min(p.stands, 0.99)
    for kind, share in ((courses.stood, stands), (~courses.stood, 1 - stands)):
        if kind.any():
            out[kind] += np.log(share) - np.logaddexp.reduce(out[kind])
    return out
