"""Labelled recordings of a device with several metrics, in the shape of SKAB.

`<folder>/<file>.csv`, separated by semicolons: datetime, the metrics, and in labelled files the
columns anomaly and changepoint, which the engine is not shown. Every file is a device. Its first
400 rows are its training: after them the engine is told that what it saw was normal, as an
operator would say it, and speaks from there.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine import Batch, DeviceSpec, Engine, MetricSpec, Parameters
from homepot.ai.anomaly_detection.engine.columns import Doubles, Floats
from homepot.ai.anomaly_detection.evaluation.reading import EvaluationRefused, seconds_of

TRAINING_ROWS = 400
_LABELS = ("anomaly", "changepoint")


@dataclass
class BenchFile:
    name: str  # folder/file.csv
    stamps: list[str]
    at: Doubles
    metrics: list[str]
    values: Doubles  # rows x metrics
    anomaly: NDArray[np.bool_] | None


@dataclass
class Verdict:
    score: Floats
    alarm: NDArray[np.bool_]


def read_benches(folder: Path) -> list[BenchFile]:
    paths = sorted(folder.glob("*/*.csv"))
    if not paths:
        raise EvaluationRefused(f"{folder} has no <folder>/<file>.csv to read.")
    return [_read(path) for path in paths]


def _read(path: Path) -> BenchFile:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file, delimiter=";"))
    if not rows or head[0] != "datetime":
        raise EvaluationRefused(f"{path} needs lines separated by ; that begin with datetime.")
    metrics = [name for name in head[1:] if name not in _LABELS]
    columns = [head.index(name) for name in metrics]
    stamps = [row[0] for row in rows]
    label = head.index("anomaly") if "anomaly" in head else None
    return BenchFile(
        name=f"{path.parent.name}/{path.name}",
        stamps=stamps,
        at=seconds_of(stamps),
        metrics=metrics,
        values=np.array([[float(row[c] or "nan") for c in columns] for row in rows]),
        anomaly=None if label is None else np.array([float(row[label]) > 0.5 for row in rows]),
    )


def verdicts_of(files: list[BenchFile], parameters: Parameters) -> list[Verdict]:
    engine = Engine(parameters)
    engine.enrol(
        DeviceSpec(one.name, "UTC", tuple(MetricSpec(name) for name in one.metrics))
        for one in files
    )
    found = [
        Verdict(np.zeros(len(one.at), np.float32), np.zeros(len(one.at), np.bool_)) for one in files
    ]
    longest = max(len(one.at) for one in files)
    for first, end in ((0, TRAINING_ROWS), (TRAINING_ROWS, longest)):
        for start in range(first, end, 500):
            _feed(engine, files, found, slice(start, min(start + 500, end)))
        if not first:
            engine.normal([one.name for one in files])
    return found


def _feed(engine: Engine, files: list[BenchFile], found: list[Verdict], part: slice) -> None:
    device, at, stream, value, owner = [], [], [], [], []
    for k, one in enumerate(files):
        moments = one.at[part]
        streams = [engine.stream(one.name, name) for name in one.metrics]
        device.append(np.full(len(moments), engine.device_places[one.name], np.intp))
        # Rows of the same second are two rows: the later one follows by a millisecond.
        at.append(moments + 1e-3 * np.arange(part.start, part.start + len(moments)))
        stream.append(np.tile(np.array(streams, np.intp), len(moments)))
        value.append(one.values[part].reshape(-1))
        owner.append(np.full(len(moments), k))
    widths = np.repeat([len(one.metrics) for one in files], [len(rows) for rows in at])
    outcome = engine.feed(
        Batch(
            device=np.concatenate(device),
            at=np.concatenate(at),
            row=np.repeat(np.arange(len(widths)), widths),
            stream=np.concatenate(stream),
            value=np.concatenate(value),
        )
    )
    whose = np.concatenate(owner)
    for k, verdict in enumerate(found):
        rows = slice(part.start, part.start + int((whose == k).sum()))
        verdict.score[rows] = outcome.joint[whose == k]
        verdict.alarm[rows] = outcome.together[whose == k]


def write_verdicts(files: list[BenchFile], verdicts: list[Verdict], out: Path) -> None:
    for one, verdict in zip(files, verdicts, strict=True):
        path = out / one.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["datetime", "score", "alarm"])
            for stamp, score, alarm in zip(one.stamps, verdict.score, verdict.alarm, strict=True):
                writer.writerow([stamp, f"{score:.4f}", int(alarm)])


def figures(files: list[BenchFile], verdicts: list[Verdict]) -> dict[str, float | None]:
    """Row by row after the training: F1, false and missed alarms, and of files without labels,
    which hold no anomaly, the share that is alarmed. Shares in percent.
    """
    true = false = missed = quiet = 0
    calm: list[NDArray[np.bool_]] = []
    for one, verdict in zip(files, verdicts, strict=True):
        alarm = verdict.alarm[TRAINING_ROWS:]
        if one.anomaly is None:
            calm.append(alarm)
            continue
        anomaly = one.anomaly[TRAINING_ROWS:]
        true += int((anomaly & alarm).sum())
        false += int((~anomaly & alarm).sum())
        missed += int((anomaly & ~alarm).sum())
        quiet += int((~anomaly & ~alarm).sum())
    result: dict[str, float | None] = {"files": len(files) - len(calm)}
    if true + missed:
        result["f1"] = round(2 * true / (2 * true + false + missed), 3)
        result["false_alarms_percent"] = round(100 * false / max(false + quiet, 1), 1)
        result["missed_percent"] = round(100 * missed / (true + missed), 1)
    result["calm_alarmed_percent"] = (
        round(100 * float(np.concatenate(calm).mean()), 1) if calm else None
    )
    return result
