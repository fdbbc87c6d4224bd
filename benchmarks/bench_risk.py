"""How well the chance of a failure within 7, 14 and 30 days is calibrated, on fleets that fail.

The model learns from the first 180 days and is asked on every later day what will fail; what then
came is known. Calibration is told by tenths of equally many chances, the strictest way: most
chances are low, and bins of one width would hide how far they are off. Beside it, how much of the
uncertainty is taken away: 1 where no more than the bare rate of failures is known.

A fleet of few machines has only some two outcomes of 30 days in each tenth: how often they came
true is luck. So there eight owners are asked, each taught by what befell their own machines, and
how far off chances are is told of all they were told together, and as the mean of each alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from report import Row
from wearing import simulated, worn

from homepot.ai.prediction.failures.calibration import expected_error
from homepot.ai.prediction.failures.chances import HORIZONS, chances, rows_of, teach, what_came
from homepot.ai.prediction.failures.days import Days

GOAL = 0.08
AHEAD, ACCURATE = 14, 0.75
TAUGHT, WHOLE = 180, 270
TYPES = ("industrial_controller", "pos_terminal", "gateway", "iot_sensor")
FLEETS, OWNERS = 2, 8


def run() -> list[Row]:
    rows = _few()
    for name, fleets in _fleets():
        asked = [_asked(one) for one in fleets]
        found = np.array([one.calibration for one in asked])
        if "wear" in name:
            right = np.mean([one.right for one in asked], axis=0).tolist()
            for what, share in zip(("accuracy", "precision", "recall"), right, strict=True):
                said = f"risk: {name}, fails within {AHEAD} d, {what}"
                rows.append(Row(said, share, "of them", "goal", ACCURATE))
        for place, horizon in enumerate(HORIZONS):
            off, wrong = found[:, place].mean(axis=0)
            rows.append(
                Row(f"risk: {name}, within {horizon} d, off by", off, "on average", "goal", GOAL)
            )
            rows.append(
                Row(f"risk: {name}, within {horizon} d, Brier", wrong, "of it", "bare rate", 1.0)
            )
    return rows


def _fleets() -> Iterator[tuple[str, list[Days]]]:
    yield "machines that wear", [worn(seed, 120, WHOLE) for seed in range(FLEETS)]
    for kind in TYPES:
        seeds = [range(10 * one + 1, 10 * one + 7) for one in range(FLEETS)]
        yield f"simulated {kind}", [simulated(kind, some, WHOLE) for some in seeds]


def _few() -> list[Row]:
    told = [_told(worn(seed, 25, WHOLE)) for seed in range(5, 5 + OWNERS)]
    rows = []
    for span, horizon in enumerate(HORIZONS):
        own = [one[span] for one in told]
        together = [np.concatenate(part) for part in zip(*own, strict=True)]
        alone = float(np.mean([expected_error(chance, true) for chance, true in own]))
        of = f"risk: few machines that wear, within {horizon} d, off by"
        rows.append(
            Row(f"{of}, {OWNERS} owners", expected_error(*together), "on average", "goal", GOAL)
        )
        rows.append(Row(f"{of}, each owner", alone, "on average", "goal", GOAL))
    return rows


@dataclass(frozen=True)
class Asked:
    """Of each horizon how far chances are off, and their Brier score in that of the bare rate; of
    one, the accuracy, precision and recall of telling those that are likelier to fail than not."""

    calibration: list[tuple[float, float]]
    right: tuple[float, float, float]


def _told(days: Days) -> list[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """Of each horizon what was told on each later day of each machine, and whether it came."""
    model = teach(until(days, TAUGHT))
    if model is None:
        raise SystemExit("there is too little in this fleet to learn from")
    rows = rows_of(days)
    told = np.zeros((days.devices, days.days, len(HORIZONS)))
    for day in range(TAUGHT - 1, days.days):
        told[:, day] = chances(model, until(days, day + 1), day)[0]
    out = []
    for span, horizon in enumerate(HORIZONS):
        came, known = what_came(rows, span, days.days - horizon)
        known &= rows.day >= TAUGHT - 1
        out.append((told[rows.device[known], rows.day[known], span], came[known]))
    return out


def _asked(days: Days) -> Asked:
    out, right = [], (0.0, 0.0, 0.0)
    for horizon, (chance, true) in zip(HORIZONS, _told(days), strict=True):
        bare = true.mean() * (1 - true.mean())
        wrong = float(np.mean((chance - true) ** 2) / bare)
        out.append((expected_error(chance, true), wrong))
        if horizon == AHEAD:
            said, both = chance >= 0.5, float(((chance >= 0.5) & true).sum())
            right = (
                float((said == true).mean()),
                both / max(int(said.sum()), 1),
                both / max(int(true.sum()), 1),
            )
    return Asked(out, right)


def until(days: Days, end: int) -> Days:
    failures = [one for one in days.failures if one.begin < end]
    return Days(days.metrics, days.means[:, :end], days.above, days.below, failures)
