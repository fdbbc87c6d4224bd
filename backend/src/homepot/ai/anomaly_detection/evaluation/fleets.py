"""A fleet with its faults, in the shape of the reference fleet: replayed as if live.

`sites.json`, `devices.json`, `metrics/<device>.csv.gz` (timestamp and the device's metrics),
`events.jsonl`, `fleet.json`; `labels.jsonl` and `future.jsonl` are the truth, which only the
scoring reads. Reports go in by the moment they were taken; after each moment the clock ticks.
"""

import csv
import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from homepot.ai.anomaly_detection.engine import (
    Batch,
    Deviation,
    DeviceSpec,
    Engine,
    MetricSpec,
    Parameters,
    Severity,
    Stage,
)
from homepot.ai.anomaly_detection.engine.columns import Doubles, Places
from homepot.ai.anomaly_detection.engine.sites import Discoveries, Silences, Traffic
from homepot.ai.anomaly_detection.evaluation.reading import (
    EvaluationRefused,
    json_of,
    lines_of,
    seconds,
    stamp_of,
)

# Words of an event that mean that somebody changed the device on purpose.
_CHANGES = ("updated", "upgraded", "installed", "replaced", "recalibrated")


@dataclass
class FleetFile:
    folder: Path
    begin: float
    end: float
    step_s: float
    zones: dict[str, str]  # site to timezone
    devices: list[dict[str, Any]]
    metrics: dict[str, list[str]]
    at: Doubles  # all reports by time
    device: Places
    values: list[Doubles]  # of each report, in the order of the device's metrics
    events: list[tuple[float, str]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)  # lines that could not be taken


def read_fleet(folder: Path) -> FleetFile:
    meta = json_of(folder / "fleet.json")
    devices = json_of(folder / "devices.json")
    zones = {site["id"]: site["timezone"] for site in json_of(folder / "sites.json")}
    metrics: dict[str, list[str]] = {}
    at, device, values = [], [], []
    findings: list[str] = []
    for place, one in enumerate(devices):
        names, moments, rows = _read_metrics(folder / "metrics", one["id"], findings)
        metrics[one["id"]] = names
        at.append(moments)
        device.append(np.full(len(moments), place, np.intp))
        values += list(rows)
    moment = np.concatenate(at)
    order = np.argsort(moment, kind="stable")
    announced = [
        (seconds(event["timestamp"]), event["device_id"])
        for event in lines_of(folder / "events.jsonl")
        if any(word in event["event"] for word in _CHANGES)
    ]
    return FleetFile(
        folder, seconds(meta["start"]), seconds(meta["as_of"]), float(meta["step_seconds"]),
        zones, devices, metrics, moment[order], np.concatenate(device)[order],
        [values[k] for k in order.tolist()], sorted(announced), findings,
    )  # fmt: skip


def _read_metrics(
    folder: Path, device_id: str, findings: list[str]
) -> tuple[list[str], Doubles, Doubles]:
    """What cannot be read of it is left out, and is among the findings."""
    path = folder / f"{device_id}.csv.gz"
    plain = folder / f"{device_id}.csv"
    if not path.is_file() and not plain.is_file():
        raise EvaluationRefused(f"{folder} has no {path.name}.")
    text = gzip.decompress(path.read_bytes()) if path.is_file() else plain.read_bytes()
    head, *rows = list(csv.reader(text.decode("utf-8").splitlines()))
    moments, cells = [], []
    for number, row in enumerate(rows, start=2):
        try:
            moment, values = _reading(row, len(head))
        except ValueError as error:
            shown = path.name if path.is_file() else plain.name
            findings.append(f"metrics/{shown}:{number}: {error}")
            continue
        moments.append(moment)
        cells.append(values)
    return head[1:], np.array(moments), np.array(cells).reshape(-1, len(head) - 1)


def _reading(row: list[str], wide: int) -> tuple[float, list[float]]:
    if len(row) != wide:
        raise ValueError(f"{len(row)} cells where the first line names {wide}")
    return seconds(row[0]), [float(cell) if cell else np.nan for cell in row[1:]]


def deviations_of(fleet: FleetFile, parameters: Parameters) -> list[Deviation]:
    """All that the engine and the step behind it would have told, in order."""
    engine = Engine(parameters)
    engine.enrol(
        DeviceSpec(
            one["id"],
            fleet.zones.get(one["site_id"], "UTC"),
            tuple(MetricSpec(name) for name in fleet.metrics[one["id"]]),
        )
        for one in fleet.devices
    )
    sites = sorted(fleet.zones)
    site_of = np.array([sites.index(one["site_id"]) for one in fleet.devices], np.intp)
    traffic = Traffic(site_of, len(sites), parameters)
    discoveries = Discoveries(parameters)
    silences = Silences({one["id"]: one["site_id"] for one in fleet.devices}, parameters)
    streams = [
        np.array([engine.stream(one["id"], name) for name in fleet.metrics[one["id"]]], np.intp)
        for one in fleet.devices
    ]
    ticks = np.arange(fleet.begin, fleet.end, fleet.step_s)
    edges = np.searchsorted(fleet.at, ticks, side="right")
    told: list[Deviation] = []
    begin, announced = 0, list(reversed(fleet.events))
    for now, end in zip(ticks.tolist(), edges.tolist(), strict=True):
        while announced and announced[-1][0] <= now:
            at, device_id = announced.pop()
            if device_id in engine.device_places:
                engine.announce(device_id, at)
        rows = range(begin, end)
        device = fleet.device[begin:end]
        batch = Batch(
            device=device,
            at=fleet.at[begin:end],
            row=np.repeat(np.arange(len(rows)), [len(fleet.values[k]) for k in rows]),
            stream=np.concatenate([streams[d] for d in device]) if rows else device,
            value=np.concatenate([fleet.values[k] for k in rows]) if rows else fleet.at[:0],
            traffic=traffic.of(device),
        )
        outcome = engine.feed(batch)
        traffic.learn(outcome.busy)
        new = discoveries.believed(outcome.deviations, len(batch.value))
        told += silences.fuse(new + engine.tick(now))
        begin = end
    return told


def write_deviations(told: list[Deviation], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / "detections.jsonl").open("w", encoding="utf-8") as file:
        for row in rows_of(told):
            file.write(json.dumps(row) + "\n")


def rows_of(told: list[Deviation]) -> list[dict[str, Any]]:
    """What somebody would have been told: the beginnings of deviations."""
    ends = {one.number: one.end for one in told if one.stage is Stage.OVER}
    return [_row(one, ends.get(one.number)) for one in told if one.stage is Stage.BEGUN]


def _row(one: Deviation, end: float | None) -> dict[str, Any]:
    whose = {"site_id": one.site_id} if one.site_id else {"device_id": one.device_id}
    return whose | {
        "detected_at": stamp_of(one.detected_at),
        "start": stamp_of(one.start),
        "end": stamp_of(end) if end else None,
        "severity": one.severity.value,
        "kind": one.kind.value,
        "p": one.p,
        "metrics": [metric.name for metric in one.metrics],
        "details": [
            {
                "metric": m.name, "kind": m.kind.value, "share": round(m.share, 3),
                "size": round(m.size, 4), "value": m.value, "usual": round(m.usual, 4),
                "low": round(m.low, 4), "high": round(m.high, 4), "p": m.p,
            }
            for m in one.metrics
        ],
    }  # fmt: skip


def wakes(row: dict[str, Any]) -> bool:
    return bool(row["severity"] != Severity.INFO.value)
