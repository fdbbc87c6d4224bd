"""Labelled single streams, in the shape of the Numenta Anomaly Benchmark.

`data/<folder>/<file>.csv` (timestamp, value) and `windows.json`: file to its anomalous windows.
Every file is one device with one stream. The score of a row is the engine's, in order.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from homepot.ai.anomaly_detection.engine import Batch, DeviceSpec, Engine, MetricSpec, Parameters
from homepot.ai.anomaly_detection.engine.columns import Doubles, Floats
from homepot.ai.anomaly_detection.evaluation.reading import EvaluationRefused, seconds_of
from homepot.ai.anomaly_detection.evaluation.window_score import LabelledStream


@dataclass
class StreamFile:
    name: str  # folder/file.csv
    stamps: list[str]
    at: Doubles
    value: Doubles


def read_streams(folder: Path) -> list[StreamFile]:
    paths = sorted((folder / "data").glob("*/*.csv"))
    if not paths:
        raise EvaluationRefused(f"{folder} has no data/<folder>/<file>.csv to read.")
    return [_read(path) for path in paths]


def _read(path: Path) -> StreamFile:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"timestamp", "value"} <= rows[0].keys():
        raise EvaluationRefused(f"{path} needs a line of names with timestamp and value.")
    stamps = [row["timestamp"] for row in rows]
    value = np.array([float(row["value"] or "nan") for row in rows])
    return StreamFile(f"{path.parent.name}/{path.name}", stamps, seconds_of(stamps), value)


def scores_of(files: list[StreamFile], parameters: Parameters) -> list[Floats]:
    """The score of each row of each file."""
    engine = Engine(parameters)
    engine.enrol(DeviceSpec(one.name, "UTC", (MetricSpec("value"),)) for one in files)
    sizes = [len(one.at) for one in files]
    place = np.repeat(np.arange(len(files)), sizes)
    # Row k of every file before row k + 1 of any: all files go through the engine side by side.
    turn = np.argsort(np.concatenate([np.arange(size) for size in sizes]), kind="stable")
    rows = np.arange(len(turn))
    stream = np.array([engine.stream(one.name, "value") for one in files], np.intp)
    outcome = engine.feed(
        Batch(
            device=place[turn],
            at=_ascending(files)[turn],
            row=rows,
            stream=stream[place[turn]],
            value=np.concatenate([one.value for one in files])[turn],
        )
    )
    score = np.empty(len(turn), np.float32)
    score[turn] = outcome.score
    return np.split(score, np.cumsum(sizes)[:-1])


def _ascending(files: list[StreamFile]) -> Doubles:
    """Rows that share a moment, or come before one, follow it by a millisecond: each is judged."""
    moments = []
    for one in files:
        at = one.at.copy()
        for k in np.flatnonzero(np.diff(at) <= 0) + 1:
            at[k] = max(at[k], at[k - 1] + 1e-3)
        behind = np.flatnonzero(np.diff(at) <= 0)
        for k in behind:
            at[k + 1] = at[k] + 1e-3
        moments.append(at)
    return np.concatenate(moments)


def write_scores(files: list[StreamFile], scores: list[Floats], out: Path) -> None:
    for one, score in zip(files, scores, strict=True):
        folder, name = one.name.split("/")
        (out / folder).mkdir(parents=True, exist_ok=True)
        with (out / folder / f"homepot_{name}").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["timestamp", "value", "anomaly_score"])
            for stamp, value, row in zip(one.stamps, one.value, score, strict=True):
                writer.writerow([stamp, repr(float(value)), f"{row:.5f}"])


def labelled(folder: Path, files: list[StreamFile], scores: list[Floats]) -> list[LabelledStream]:
    """Files with their windows as rows; none where the folder has no labels."""
    path = folder / "windows.json"
    if not path.is_file():
        return []
    windows = json.loads(path.read_text(encoding="utf-8"))
    found = []
    for one, score in zip(files, scores, strict=True):
        if one.name not in windows:
            continue
        place = {stamp.split(".")[0]: k for k, stamp in reversed(list(enumerate(one.stamps)))}
        found.append(
            LabelledStream(
                one.name,
                np.array([round(float(row), 5) for row in score]),
                [(place[a.split(".")[0]], place[b.split(".")[0]]) for a, b in windows[one.name]],
            )
        )
    return found
