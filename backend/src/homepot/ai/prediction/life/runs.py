"""Run-to-failure data in the shape of C-MAPSS: `homepot evaluate rul`.

`train_<subset>.txt[.gz]` and `test_<subset>.txt[.gz]` have a row for each cycle of a unit: unit,
cycle, three settings, the sensors. Units of the first run to their end, those of the second are cut
off before. `RUL_<subset>` is the truth about those, and only the figures at the end look at it.
"""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from homepot.ai.anomaly_detection.evaluation.reading import EvaluationRefused
from homepot.ai.prediction.life.model import SOON, Doubles, Life, Unit

_SETTINGS = 3
_FIRST = 2  # columns before the settings

Row = tuple[int, float, float, float]


def read_units(folder: Path, name: str) -> list[Unit]:
    table = _table(folder, name)
    if table.shape[1] <= _FIRST + _SETTINGS:
        raise EvaluationRefused(f"{name} has {table.shape[1]} columns; more than 5 are expected.")
    units = []
    for number in np.unique(table[:, 0]):
        rows = table[table[:, 0] == number]
        rows = rows[np.argsort(rows[:, 1], kind="stable"), _FIRST:]
        units.append(Unit(int(number), rows[:, :_SETTINGS], rows[:, _SETTINGS:]))
    return units


def truth_of(folder: Path, subset: str) -> Doubles | None:
    """None where the truth is not there."""
    try:
        return _table(folder, f"RUL_{subset}").ravel()
    except EvaluationRefused:
        return None


def _table(folder: Path, name: str) -> Doubles:
    for path, opened in ((folder / f"{name}.txt.gz", gzip.open), (folder / f"{name}.txt", open)):
        if not path.is_file():
            continue
        with opened(path, "rt", encoding="utf-8") as file:
            lines = [line.split() for line in file if line.strip()]
        try:
            return np.array(lines, np.float64)
        except ValueError as error:
            raise EvaluationRefused(f"{path} has a line that is not numbers: {error}.") from error
    raise EvaluationRefused(f"{folder} has no {name}.txt.gz and no {name}.txt.")


def told(life: Life, units: Sequence[Unit]) -> list[Row]:
    """Of each unit at its last cycle: its number, how many are left, and between what."""
    rows = []
    for unit in units:
        left, lower, upper = life.predict(unit)
        rows.append((unit.number, float(left[-1]), float(lower[-1]), float(upper[-1])))
    return rows


def write(rows: Sequence[Row], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("unit", "predicted", "lower", "upper"))
        writer.writerows((unit, *(f"{one:.2f}" for one in rest)) for unit, *rest in rows)


def figures(rows: Sequence[Row], truth: Doubles | None, life: Life) -> dict[str, float]:
    own = {f"left_out_{name}": round(value, 4) for name, value in life.figures().items()}
    if truth is None:
        return own
    if len(truth) != len(rows):
        raise EvaluationRefused(f"There are {len(rows)} units and {len(truth)} truths.")
    true = np.minimum(truth, life.parameters.cap)
    left, lower, upper = (np.array([row[k] for row in rows]) for k in (1, 2, 3))
    fails, said = true <= SOON, left <= SOON
    both = float((fails & said).sum())
    return {
        "rmse": round(float(np.sqrt(np.mean((left - true) ** 2))), 3),
        "covered": round(float(np.mean((lower <= true) & (true <= upper))), 4),
        "soon_accuracy": round(float((fails == said).mean()), 4),
        "soon_precision": round(both / max(float(said.sum()), 1), 4),
        "soon_recall": round(both / max(float(fails.sum()), 1), 4),
    } | own
