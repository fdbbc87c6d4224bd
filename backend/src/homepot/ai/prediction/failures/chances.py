"""How probable it is that a device fails within 7, 14, 30 days.

A survival model in discrete time: of each device and each day that it was well, whether it failed
in the first week after, in the second if it outlived the first, and in the sixteen days after that.
Gradient-boosted trees (LightGBM) tell these three hazards from what the days did; the chance of a
failure within 30 days is what is left of one when all three are outlived. Where a course ends
unseen, because the present or somebody's repair came first, it counts for the spans it was seen
through alone.

What is told rests on devices that were left out: the trees have to tell them better than the bare
rate of failures does, their chances are set right on others that were left out (`calibration.py`),
and how far those were then from what came true is kept with the model.
References: van Houwelingen 2007 (landmarks); Tutz and Schmid 2016 (discrete time).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homepot.ai.prediction.boosting import lightgbm
from homepot.ai.prediction.failures.calibration import Scale, expected_error, scale_of
from homepot.ai.prediction.failures.days import DAYS, Days, features, names_of

Doubles = NDArray[np.float64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

HORIZONS = (7, 14, 30)
FAILURES_NEEDED = 20
DEVICES_NEEDED = 4  # as many have to have failed, that some can be left out
FOLDS = 5
ROWS_MAX = 40_000  # pairs of a device and a day
BETTER = 0.99  # of what the bare rate leaves wrong, trees may leave so much
PRIOR_ROWS = 60.0  # the days of one wear are as one: so many rows hold a scale where it is
_PRIOR = 1.0  # failures, and as many spans without one as the rate asks for


@dataclass(frozen=True)
class Parameters:
    rounds: int = 120
    rate: float = 0.05
    leaves: int = 7
    leaf_rows: int = 60
    feature_share: float = 0.4
    row_share: float = 0.7
    ridge: float = 10.0
    threads: int = 1


@dataclass(frozen=True)
class Rows:
    """Pairs of a device and a day on which it was well, and what came of each within each span."""

    device: Places
    day: Places
    seen: Flags  # a column for each span: whether it is known what came of it
    failed: Flags


@dataclass(frozen=True)
class Measured:
    """How far told chances were from what came true, on devices that were left out."""

    failures: int
    devices: int
    days: int
    errors: tuple[float, float, float]  # within 7, 14, 30 days
    better: float  # what is left wrong, in what the bare rate leaves wrong


@dataclass(frozen=True)
class Model:
    """`trees` is LightGBM's own text; None where the bare rate tells as well."""

    metrics: Sequence[str]
    rates: tuple[float, float, float]
    scales: Sequence[Scale]
    trees: str | None
    measured: Measured


def rows_of(days: Days, every: int = 1) -> Rows:
    """Each `every`th day of each device, from the first that is known of it."""
    heard: Flags = np.asarray(np.isfinite(days.means).any(axis=2))
    first = np.where(heard.any(axis=1), heard.argmax(axis=1), days.days)
    device, day = np.nonzero(heard)
    kept = (day - first[device]) % every == 0
    device, day = device[kept], day[kept]
    over = day + 1.0
    well = np.ones(len(device), bool)
    failure, mend = np.full(len(device), np.inf), np.full(len(device), np.inf)
    for one in days.failures:
        mine = device == one.device
        well &= ~(mine & (one.begin <= over) & (over < one.end))
        later = mine & (one.begin > over)
        failure[later] = np.minimum(failure[later], one.begin)
    for place, at in days.mends:
        later = (device == place) & (at > over)
        mend[later] = np.minimum(mend[later], at)
    device, day, over, failure, mend = (one[well] for one in (device, day, over, failure, mend))
    seen, failed = [], []
    for low, high in zip((0, *HORIZONS), HORIZONS, strict=False):
        struck = (failure > over + low) & (failure <= over + high) & (failure <= mend)
        lived = np.minimum(failure, mend) > over + low
        whole = struck | (mend > over + high)
        # Of the last days only failures would be known: they would seem to be all there is.
        seen.append(lived & whole & (over + high <= days.days))
        failed.append(struck)
    return Rows(device, day, np.stack(seen, axis=1), np.stack(failed, axis=1))


def enough(days: Days) -> bool:
    """Whether anything can be learnt."""
    struck = {one.device for one in days.failures}
    return len(days.failures) >= FAILURES_NEEDED and len(struck) >= DEVICES_NEEDED


def teach(days: Days, p: Parameters | None = None) -> Model | None:
    """None where the failures there are cannot be told apart: too few, or too few days seen."""
    p = p or Parameters()
    every = max(1, -(-int(np.isfinite(days.means).any(axis=2).sum()) // ROWS_MAX))
    rows = rows_of(days, every)
    everyone = np.ones(len(rows.device), bool)
    if not enough(days) or not _all_seen_failing(rows, everyone):
        return None
    table = features(days, rows.device, rows.day)
    fold = _folds(days)[rows.device]
    raw, rate = np.zeros(rows.seen.shape), np.zeros(rows.seen.shape)
    for number in range(FOLDS):
        inside, outside = fold == number, fold != number
        if not _all_seen_failing(rows, outside):
            return None
        rate[inside] = _rates(rows, outside)
        raw[inside] = _hazards(_trees(table, rows, outside, p, number), table[inside])
    told = np.zeros_like(raw)
    for number in range(FOLDS):
        inside = fold == number
        told[inside] = _scaled(raw[inside], _scales(raw, rows, ~inside, days.days))
    bare = _within(rate)
    better = _wrong(told, rows, days.days) / _wrong(bare, rows, days.days)
    good = better < BETTER
    measured = Measured(
        len(days.failures),
        days.devices,
        days.days,
        _errors(told if good else bare, rows, days.days),
        better,
    )
    return Model(
        list(days.metrics), _rates(rows, everyone), _scales(raw, rows, everyone, days.days),
        _trees(table, rows, everyone, p, FOLDS).model_to_string() if good else None, measured,
    )  # fmt: skip


def chances(model: Model, days: Days, day: int) -> tuple[Doubles, list[list[str]]]:
    """Of each device, a column for each horizon, as things stand when the day is over; and what
    speaks most for a failure, the strongest first. Nothing later is looked at."""
    device = np.arange(days.devices)
    if model.trees is None:
        hazards = np.tile(np.array(model.rates), (len(device), 1))
        return _within(hazards), [[] for _ in device]
    booster = lightgbm().Booster(model_str=model.trees)
    table = features(days, device, np.full(len(device), day))
    told = _scaled(_hazards(booster, table), model.scales)
    return told, _reasons(booster, table, names_of(model.metrics))


def known_days(days: Days, day: int) -> Places:
    """How many of the days that features look back to are known of each device."""
    first = max(day + 1 - DAYS, 0)
    return np.asarray(np.isfinite(days.means[:, first : day + 1]).any(axis=2).sum(axis=1))


def _all_seen_failing(rows: Rows, some: Flags) -> bool:
    """Whether each span has failures in it."""
    struck = (rows.seen & rows.failed)[some]
    return bool(struck.any(axis=0).all())


def _folds(days: Days) -> Places:
    """Devices with failures are spread evenly, and so are the others."""
    fold = np.zeros(days.devices, np.int64)
    struck = np.zeros(days.devices, bool)
    struck[[one.device for one in days.failures]] = True
    random = np.random.default_rng(0)
    for some in (np.flatnonzero(struck), np.flatnonzero(~struck)):
        fold[random.permutation(some)] = np.arange(len(some)) % FOLDS
    return fold


def _rates(rows: Rows, some: Flags) -> tuple[float, float, float]:
    seen = rows.seen[some].sum(axis=0)
    failed = (rows.seen & rows.failed)[some].sum(axis=0)
    whole = failed.sum() / max(seen.sum(), 1)
    first, second, third = ((failed + _PRIOR * whole) / (seen + _PRIOR)).tolist()
    return first, second, third


def _trees(table: Doubles, rows: Rows, some: Flags, p: Parameters, seed: int) -> Any:
    asked = {
        "objective": "binary", "learning_rate": p.rate, "num_leaves": p.leaves,
        "min_data_in_leaf": p.leaf_rows, "feature_fraction": p.feature_share,
        "bagging_fraction": p.row_share, "bagging_freq": 1, "lambda_l2": p.ridge,
        "verbosity": -1, "num_threads": p.threads, "seed": seed, "deterministic": True,
        "force_row_wise": True,
    }  # fmt: skip
    parts, came = [], []
    for span in range(len(HORIZONS)):
        own = np.flatnonzero(some & rows.seen[:, span])
        parts.append(_with_span(table[own], span))
        came.append(rows.failed[own, span])
    library = lightgbm()
    data = library.Dataset(np.vstack(parts), np.concatenate(came).astype(np.float64))
    return library.train(asked, data, p.rounds)


def _with_span(table: Doubles, span: int) -> Doubles:
    return np.hstack([table, np.full((len(table), 1), float(span))])


def _hazards(booster: Any, table: Doubles) -> Doubles:
    return np.stack(
        [booster.predict(_with_span(table, span)) for span in range(len(HORIZONS))], axis=1
    )


def _scales(hazards: Doubles, rows: Rows, some: Flags, days: int) -> list[Scale]:
    within, found = _within(hazards), []
    for span, horizon in enumerate(HORIZONS):
        came, known = what_came(rows, span, days - horizon)
        own = some & known
        found.append(scale_of(within[own, span], came[own], PRIOR_ROWS))
    return found


def _scaled(hazards: Doubles, scales: Sequence[Scale]) -> Doubles:
    """What is told within more days is never less."""
    within = _within(hazards)
    told = np.stack([one(within[:, k]) for k, one in enumerate(scales)], axis=1)
    return np.asarray(np.maximum.accumulate(told, axis=1))


def _within(hazards: Doubles) -> Doubles:
    return np.asarray(1 - np.cumprod(1 - hazards, axis=1))


def _wrong(within: Doubles, rows: Rows, days: int) -> float:
    """The logarithm of how unlikely what came was told to be."""
    told = np.clip(within, 1e-6, 1 - 1e-6)
    total = 0.0
    for span, horizon in enumerate(HORIZONS):
        came, known = what_came(rows, span, days - horizon)
        each = np.where(came, np.log(told[:, span]), np.log1p(-told[:, span]))
        total -= float(each[known].mean())
    return total


def _errors(within: Doubles, rows: Rows, days: int) -> tuple[float, float, float]:
    out = []
    for span, horizon in enumerate(HORIZONS):
        came, known = what_came(rows, span, days - horizon)
        out.append(expected_error(within[known, span], came[known]))
    return out[0], out[1], out[2]


def what_came(rows: Rows, span: int, last_day: int) -> tuple[Flags, Flags]:
    """Whether each failed up to the end of this span, and where that is known: it was seen whole,
    or failed, and nothing of it lies after the days that are known."""
    came = np.asarray(rows.failed[:, : span + 1].any(axis=1))
    # A device that failed in an earlier span has no later one to be seen through.
    known = np.asarray(rows.seen[:, : span + 1].all(axis=1)) | came
    return came, known & (rows.day < last_day)


def _reasons(booster: Any, table: Doubles, names: Sequence[str]) -> list[list[str]]:
    """What moved the hazard of the first week up most, at least by a tenth of its odds."""
    moved = booster.predict(_with_span(table, 0), pred_contrib=True)[:, : len(names)]
    found = []
    for row in moved:
        best = np.argsort(-row)[:3]
        found.append([names[place] for place in best.tolist() if row[place] > 0.1])
    return found
