"""How far told chances are from what came true, and how they are set right.

References: Platt 1999; expected calibration error, Naeini et al. 2015.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]

TENTHS = 10
_EDGE = 1e-4
_STEPS = 50


def expected_error(chances: Doubles, came: Flags, bins: int = TENTHS) -> float:
    """How far, on average, a chance is from how often it came true among those like it.

    Each of the bins has as many chances: most are low, and bins of one width would hide them.

    >>> expected_error(np.full(10, 0.3), np.arange(10) < 3)
    0.0
    >>> round(expected_error(np.full(10, 0.5), np.arange(10) < 3), 3)
    0.2
    """
    if not len(chances):
        return float("nan")
    order = np.argsort(chances, kind="stable")
    told, true = chances[order], came[order].astype(np.float64)
    # chances that are the same are one: their order says nothing
    cuts = np.linspace(0, len(told), bins + 1).round().astype(int)[1:-1]
    cuts = np.unique(np.searchsorted(told, told[cuts]))
    parts = [part for part in np.split(np.arange(len(told)), cuts) if len(part)]
    off = [abs(told[part].mean() - true[part].mean()) * len(part) for part in parts]
    return round(float(sum(off) / len(told)), 6)


@dataclass(frozen=True)
class Scale:
    """What is told becomes `1 / (1 + exp(-(shift + slope * log-odds)))`."""

    shift: float = 0.0
    slope: float = 1.0

    def __call__(self, chances: Doubles) -> Doubles:
        return np.asarray(1 / (1 + np.exp(-(self.shift + self.slope * log_odds(chances)))))


def scale_of(chances: Doubles, came: Flags, prior: float = 4.0) -> Scale:
    """The scale under which what came true is likeliest, held near no change at all by as much as
    `prior` chances would."""
    x, y = log_odds(chances), came.astype(np.float64)
    found = np.array([0.0, 1.0])
    for _ in range(_STEPS):
        told = 1 / (1 + np.exp(-(found[0] + found[1] * x)))
        off = np.array([(told - y).sum(), ((told - y) * x).sum()])
        off += prior * (found - [0.0, 1.0])
        weight = told * (1 - told)
        turn = np.array(
            [[weight.sum(), (weight * x).sum()], [(weight * x).sum(), (weight * x * x).sum()]]
        ) + prior * np.eye(2)
        step = np.linalg.solve(turn, off)
        found = found - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    # A chance that was higher stays the higher one.
    return Scale(float(found[0]), float(max(found[1], 0.0)))


def log_odds(chances: Doubles) -> Doubles:
    inside = np.clip(chances, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(inside / (1 - inside)))
