"""Which metrics move, day by day, more than they do by themselves: for all streams of a site at
once. Pure.

Days are compared with days a whole number of weeks away (the seasonal test of Kendall; Hirsch,
Slack and Smith, 1982), so a weekly rhythm is no trend; that neighbouring days resemble each other
widens what counts as chance.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homepot.ai.insights.statistics import discoveries

Floats = NDArray[np.float64]

DAYS_NEEDED = 14
_WEEK = 7
LEVEL = 0.05
# What moves by less than its own days differ is not worth a word.
_SPREADS_MIN = 2.0
_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Moves:
    """One stream: by how much a day it moves, how it was in the first and the last week, and how
    probable that is if it does not move."""

    stream: int
    days: int
    per_day: float
    first_week: float
    last_week: float
    chance: float


@dataclass(frozen=True)
class Trends:
    moving: Sequence[Moves]
    tested: int
    # streams with fewer days than are needed
    too_short: int


def trends(values: Floats) -> Trends:
    """`values` has a row for each stream and a column for each day; NaN where there was none."""
    days = np.sum(~np.isnan(values), axis=1) if values.size else np.zeros(len(values), int)
    tested = np.flatnonzero(days >= DAYS_NEEDED)
    if not len(tested):
        return Trends([], 0, int(np.sum(days > 0)))
    mine = values[tested]
    slopes, score, variance = _kendall(mine)
    places = np.arange(values.shape[1])
    rest = _without_weekdays(mine - slopes[:, None] * places)
    spread = _TO_SIGMA * _median(np.abs(rest))
    near = np.clip(_resemblance(rest), 0.0, 0.95)
    scale = np.sqrt(variance * (1 + near) / (1 - near))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(scale > 0, (np.abs(score) - 1) / scale, 0.0)
    chances = [math.erfc(max(one, 0.0) / math.sqrt(2)) for one in z.tolist()]
    believed = discoveries(chances, LEVEL)
    change = np.abs(slopes) * (values.shape[1] - 1)
    found = [
        Moves(
            int(stream), int(days[stream]), float(slopes[place]), *_weeks(mine[place]),
            chances[place],
        )
        for place, stream in enumerate(tested)
        if believed[place] and change[place] > _SPREADS_MIN * spread[place]
    ]  # fmt: skip
    return Trends(found, len(tested), int(np.sum((days > 0) & (days < DAYS_NEEDED))))


def _kendall(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Slope a day, score and its variance, over pairs of days whole weeks apart."""
    steps, signs = [], np.zeros(len(values))
    for apart in range(_WEEK, values.shape[1], _WEEK):
        differences = values[:, apart:] - values[:, :-apart]
        steps.append(differences / apart)
        signs += np.nansum(np.sign(differences), axis=1)
    slopes = np.nan_to_num(_median(np.concatenate(steps, axis=1)))
    variance = np.zeros(len(values))
    for weekday in range(_WEEK):
        count = np.sum(~np.isnan(values[:, weekday::_WEEK]), axis=1)
        variance += count * (count - 1) * (2 * count + 5) / 18
    return slopes, signs, variance


def _without_weekdays(values: Floats) -> Floats:
    rest = values.copy()
    for weekday in range(_WEEK):
        rest[:, weekday::_WEEK] -= _median(rest[:, weekday::_WEEK])[:, None]
    return rest


def _resemblance(rest: Floats) -> Floats:
    """How much a day resembles the day before, beyond the weekly rhythm and the trend."""
    level = rest - np.nan_to_num(_mean(rest))[:, None]
    both = _mean(level[:, 1:] * level[:, :-1])
    own = _mean(level * level)
    days = np.sum(~np.isnan(level), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.nan_to_num(np.where(own > 0, both / own, 0.0))
        # A few weeks show too little of it (Marriott and Pope, 1954).
        return np.where(own > 0, (days * found + 1) / (days - 4), 0.0)


def _weeks(values: Floats) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    return float(np.mean(known[:_WEEK])), float(np.mean(known[-_WEEK:]))


def _median(values: Floats) -> Floats:
    """By row; NaN where a row has nothing."""
    count = np.sum(~np.isnan(values), axis=1)
    # What is not known comes last.
    ordered = np.sort(values, axis=1)
    rows = np.arange(len(values))
    low, high = ordered[rows, np.maximum(count - 1, 0) // 2], ordered[rows, count // 2]
    return np.where(count > 0, (low + high) / 2, np.nan)


def _mean(values: Floats) -> Floats:
    count = np.sum(~np.isnan(values), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 0, np.nansum(values, axis=1) / count, np.nan)
