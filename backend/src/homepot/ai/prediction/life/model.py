"""How many cycles are left, with an interval, learnt from units that came to their end.

Two kinds of gradient-boosted trees (LightGBM) over drift features, and their mean: one of all of
them, and one of many coarser trees that does without how a unit began. What the model leaves wrong
on units it was not taught gives the interval: of predictions like this one, nine in ten of the
truths lay within.
Reference: split conformal prediction (Vovk et al. 2005; Lei et al. 2018), by level of prediction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homepot.ai.prediction.boosting import lightgbm
from homepot.ai.prediction.life.conditions import Conditions
from homepot.ai.prediction.life.features import drift_features, streams_in

Doubles = NDArray[np.float64]

FOLDS = 5
SOON = 30.0  # cycles: a unit with so few left is about to fail


@dataclass(frozen=True)
class Parameters:
    cap: float = 125.0  # no unit is told to have more left: before that nothing shows
    plateau: float = 0.2  # what counts a moment with so much left that nothing shows
    plateau_from: float = 145.0
    rounds: int = 400
    rate: float = 0.03
    leaves: int = 15
    leaf_rows: int = 40
    feature_share: float = 0.4
    row_share: float = 0.7
    ridge: float = 5.0
    models: int = 2  # of each kind
    coarse_rounds: float = 1.75  # times those of the other kind, with twice the leaves
    neighbours: int = 1500  # predictions that tell how far off one like them is
    covered: float = 0.9
    threads: int = 1

    def jittered(self, seed: int, share: float = 0.2) -> "Parameters":
        """What shapes the model moved at random by up to `share`; the cap and the coverage stay."""
        random = np.random.default_rng(seed)

        def move(value: float) -> float:
            return value * float(random.uniform(1 - share, 1 + share))

        return Parameters(
            rounds=round(move(self.rounds)), rate=move(self.rate), leaves=round(move(self.leaves)),
            leaf_rows=round(move(self.leaf_rows)), feature_share=move(self.feature_share),
            row_share=move(self.row_share), ridge=move(self.ridge), models=1,
            coarse_rounds=move(self.coarse_rounds),
            neighbours=round(move(self.neighbours)), threads=self.threads,
        )  # fmt: skip


@dataclass(frozen=True)
class Unit:
    number: int
    settings: Doubles
    streams: Doubles


@dataclass
class Life:
    """A model taught on units that ran to their end."""

    parameters: Parameters
    conditions: Conditions
    boosters: "Sequence[_Pair]"
    # predictions on units not taught, ascending, and how far the truth was from each
    seen: Doubles
    off: Doubles
    truth: Doubles = field(repr=False)  # in the order of `seen`
    units: int = 0

    @classmethod
    def taught(cls, units: Sequence[Unit], p: Parameters | None = None) -> "Life":
        p = p or Parameters()
        conditions = Conditions.of(
            np.vstack([one.settings for one in units]), np.vstack([one.streams for one in units])
        )
        rows = [_features(conditions, one) for one in units]
        left = [np.arange(len(one))[::-1].astype(float) for one in rows]
        fold = np.arange(len(units)) % FOLDS
        np.random.default_rng(0).shuffle(fold)
        seen, truth = [], []
        for number in range(FOLDS):
            taught = [k for k in range(len(units)) if fold[k] != number]
            booster = _Pair.of([rows[k] for k in taught], [left[k] for k in taught], p, number)
            for k in np.flatnonzero(fold == number):
                seen.append(np.clip(booster.predict(rows[k]), 0, p.cap))
                truth.append(np.minimum(left[k], p.cap))
        told, true = np.concatenate(seen), np.concatenate(truth)
        order = np.argsort(told, kind="stable")
        boosters = [_Pair.of(rows, left, p, FOLDS + number) for number in range(p.models)]
        return cls(
            p, conditions, boosters, told[order], (true - told)[order], true[order], len(units)
        )

    def predict(self, unit: Unit) -> tuple[Doubles, Doubles, Doubles]:
        """Of each moment: how many cycles are left, and between what that lies."""
        rows = _features(self.conditions, unit)
        told = np.mean([one.predict(rows) for one in self.boosters], axis=0)
        told = np.clip(told, 0, self.parameters.cap)
        lower, upper = self._interval(told)
        return told, lower, upper

    def _interval(self, told: Doubles) -> tuple[Doubles, Doubles]:
        half = self.parameters.neighbours // 2
        # The rows of a unit are as one: that there are few units widens the interval a little.
        out = max((1 - self.parameters.covered) / 2 - 0.5 / max(self.units, 1), 0.0)
        lower, upper = np.empty_like(told), np.empty_like(told)
        for place, value in enumerate(told.tolist()):
            at = int(np.searchsorted(self.seen, value))
            first = min(max(at - half, 0), max(len(self.seen) - 2 * half, 0))
            near = self.off[first : first + 2 * half]
            low, high = np.quantile(near, [out, 1 - out])
            lower[place] = max(value + low, 0)
            upper[place] = min(value + high, self.parameters.cap)
        return np.minimum(lower, told), np.maximum(upper, told)

    def figures(self) -> dict[str, float]:
        """On units that were not taught: the error, and how well it is told which fail soon."""
        fails, told = self.truth <= SOON, self.seen <= SOON
        both = float((fails & told).sum())
        return {
            "rmse": float(np.sqrt(np.mean(self.off**2))),
            "soon_accuracy": float((fails == told).mean()),
            "soon_precision": both / max(float(told.sum()), 1),
            "soon_recall": both / max(float(fails.sum()), 1),
        }


def _features(conditions: Conditions, unit: Unit) -> Doubles:
    return drift_features(conditions.normalised(unit.settings, unit.streams))


@dataclass(frozen=True)
class _Pair:
    fine: Any
    coarse: Any
    plain: int  # columns of features before those of how a unit began

    @classmethod
    def of(
        cls, rows: Sequence[Doubles], left: Sequence[Doubles], p: Parameters, seed: int
    ) -> "_Pair":
        table, whole = np.vstack(rows), np.concatenate(left)
        target = np.minimum(whole, p.cap)
        weight = np.where(whole > p.plateau_from, p.plateau, 1.0)
        plain = table.shape[1] - streams_in(table)
        asked = {
            "objective": "l2", "learning_rate": p.rate, "num_leaves": p.leaves,
            "min_data_in_leaf": p.leaf_rows, "feature_fraction": min(p.feature_share, 1.0),
            "bagging_fraction": min(p.row_share, 1.0), "bagging_freq": 1, "lambda_l2": p.ridge,
            "verbosity": -1, "num_threads": p.threads, "seed": seed, "deterministic": True,
            "force_row_wise": True,
        }  # fmt: skip
        others = asked | {"extra_trees": True, "num_leaves": 2 * p.leaves + 1}
        rounds = round(p.rounds * p.coarse_rounds)
        library = lightgbm()
        return cls(
            library.train(asked, library.Dataset(table, target, weight=weight), p.rounds),
            library.train(others, library.Dataset(table[:, :plain], target, weight=weight), rounds),
            plain,
        )

    def predict(self, rows: Doubles) -> Doubles:
        fine, coarse = self.fine.predict(rows), self.coarse.predict(rows[:, : self.plain])
        return np.asarray((fine + coarse) / 2)
