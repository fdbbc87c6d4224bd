"""The forecast measured on a fleet in a folder: `homepot evaluate forecast`.

What is forecast rests on `metrics/` up to `as_of`. `future.jsonl` is the truth; of it the forecast
is told alone which limit of a metric is meant, where it names one, and for every device that has
the metric. All other limits are those of the type.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Doubles
from homepot.ai.anomaly_detection.engine.site_clock import local_seconds
from homepot.ai.anomaly_detection.evaluation.fleets import FleetFile, read_fleet
from homepot.ai.anomaly_detection.evaluation.reading import lines_of, seconds, stamp_of
from homepot.ai.prediction.limits import Limit, limits_of
from homepot.ai.prediction.wear.forecast import forecast
from homepot.ai.prediction.wear.parameters import Parameters
from homepot.ai.prediction.wear.season import slots_of
from homepot.fleet.types.catalogue import shipped

HISTORY_HOURS = 30 * 24
_HOUR_S = 3600.0
_DAY_S = 86_400.0
HORIZON_DAYS = 14


@dataclass(frozen=True)
class Stream:
    device_id: str
    limit: Limit
    zone: str
    hours: Doubles


@dataclass
class Fleet:
    data: FleetFile
    streams: list[Stream]
    truth: list[Mapping[str, Any]]
    open_now: set[str]  # devices with a labelled fault that is not over


def read(folder: Path, asked: Mapping[str, float]) -> Fleet:
    data = read_fleet(folder)
    truth = lines_of(folder / "future.jsonl")
    meant = {row["metric"]: float(row["limit"]) for row in truth} | dict(asked)
    streams = []
    for place, device in enumerate(data.devices):
        hours = _hourly(data, place, data.metrics[device["id"]])
        kinds = shipped().types
        known = limits_of((kinds.get(device.get("type", "")) or kinds["unknown"]).metrics)
        for name, values in hours.items():
            own = [one for one in known if one.metric == name]
            if name in meant:
                side = own[0].name if own else "warning_above"
                label = own[0].label if own else name
                own = [Limit(name, side, meant[name], own[0].unit if own else "", label)]
            zone = data.zones[device["site_id"]]
            streams += [Stream(device["id"], one, zone, values) for one in own]
    open_now = {
        row["device_id"]
        for row in lines_of(folder / "labels.jsonl")
        if seconds(row["end"]) >= data.end - _DAY_S / 4
    }
    return Fleet(data, streams, truth, open_now)


def _hourly(data: FleetFile, place: int, names: list[str]) -> dict[str, Doubles]:
    mine = np.flatnonzero((data.device == place) & (data.at < data.end))
    table = np.array([data.values[row] for row in mine.tolist()]).reshape(-1, len(names))
    begin = data.end - HISTORY_HOURS * _HOUR_S
    hour = ((data.at[mine] - begin) // _HOUR_S).astype(np.int64)
    found = {}
    for column, name in enumerate(names):
        seen = np.isfinite(table[:, column]) & (hour >= 0)
        count = np.bincount(hour[seen], minlength=HISTORY_HOURS)
        total = np.bincount(hour[seen], table[seen, column], HISTORY_HOURS)
        found[name] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found


def flagged(fleet: Fleet, p: Parameters) -> list[dict[str, Any]]:
    """What would be told at `as_of`: limits that a wear will reach in the next two weeks."""
    rows = []
    begin = fleet.data.end - HISTORY_HOURS * _HOUR_S
    middles = np.array([begin + _HOUR_S * (hour + 0.5) for hour in range(HISTORY_HOURS)])
    for zone in sorted({one.zone for one in fleet.streams}):
        here = [one for one in fleet.streams if one.zone == zone]
        local = local_seconds([zone], np.zeros(HISTORY_HOURS, np.intp), middles)
        sign = np.array([one.limit.sign for one in here], float)
        found = forecast(
            sign[:, None] * np.array([one.hours for one in here]),
            slots_of((local // _HOUR_S).astype(np.int64)),
            (sign * np.array([one.limit.value for one in here]))[:, None],
            p,
        )
        told = found.told(p)[:, 0]
        for place, one in enumerate(here):
            within = np.mean(found.samples[place, 0] <= HORIZON_DAYS * 24)
            late = one.hours[-6:][np.isfinite(one.hours[-6:])]
            reached = len(late) and one.limit.reached(float(np.median(late)))
            if not told[place] or found.crosses[place, 0] > HORIZON_DAYS * 24 or reached:
                continue
            rows.append({
                "device_id": one.device_id,
                "metric": one.limit.metric,
                "limit": one.limit.value,
                "crosses_at": _at(fleet, found.crosses[place, 0]),
                "lower": _at(fleet, found.lower[place, 0]),
                "upper": _at(fleet, found.upper[place, 0]),
                "risk": round(float(found.ongoing[place] * within), 3),
            })  # fmt: skip
    return _nearest(rows)


def _nearest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of a metric with two limits to come, the nearer."""
    nearest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["crosses_at"]):
        nearest.setdefault((row["device_id"], row["metric"]), row)
    return list(nearest.values())


def _at(fleet: Fleet, hours: float) -> str:
    return stamp_of(round(fleet.data.end + hours * _HOUR_S))


def write(rows: list[dict[str, Any]], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")


def figures(fleet: Fleet, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How many of the wears were told, how many other devices, and how far off the moments are."""
    told = {(row["device_id"], row["metric"]): row for row in rows}
    wears = {(row["device_id"], row["metric"]): seconds(row["crosses_at"]) for row in fleet.truth}
    met = [key for key in wears if key in told]
    others = {device for device, _ in told} - {device for device, _ in wears} - fleet.open_now
    errors: dict[str, list[float]] = {}
    for key in met:
        off = seconds(told[key]["crosses_at"]) - wears[key]
        errors.setdefault(key[1], []).append(abs(off) / (wears[key] - fleet.data.end))
    inside = [
        seconds(told[key]["lower"]) <= wears[key] <= seconds(told[key]["upper"]) for key in met
    ]
    return {
        "wears": len(wears),
        "flagged": len(met),
        "other_devices": len(others),
        "inside_the_interval": sum(inside),
    } | {f"off_{metric}": round(median(off), 4) for metric, off in sorted(errors.items())}
