"""Writes the fleet that questions are asked about, in the shape that `homepot import` reads.

The seed moves the readings; who there is and what befell them is fixed, so that a question can name
it. In the month lie both ends of summer time, pauses, a device that is away and one that was
taken out of use.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from questions.befallen import EVENTS, HAPPENED, INCIDENTS, PAUSES, Happening
from questions.estate import KINDS, SITES, devices

AS_OF = datetime(2026, 11, 3, 14, 23, tzinfo=UTC)
START = datetime(2026, 10, 4, tzinfo=UTC)
_COUNTED = {"transaction_count", "items_sold", "pages_printed", "door_openings", "queue_length"}
_OPEN, _CLOSE = 8, 21


def write_fleet(folder: Path, seed: int = 7) -> Path:
    (folder / "metrics").mkdir(parents=True, exist_ok=True)
    about = {"as_of": _stamp(AS_OF), "start": _stamp(START), "end": _stamp(AS_OF), "seed": seed}
    _json(folder / "fleet.json", about)
    _json(folder / "sites.json", SITES)
    _json(folder / "devices.json", devices())
    _lines(folder / "incidents.jsonl", INCIDENTS)
    _lines(folder / "events.jsonl", sorted(_events(seed), key=lambda one: one["timestamp"]))
    zones = {str(site["id"]): ZoneInfo(str(site["timezone"])) for site in SITES}
    for number, device in enumerate(devices()):
        random = np.random.default_rng([seed, number])
        path = folder / "metrics" / f"{device['id']}.csv.gz"
        _write_series(path, device, zones[str(device["site_id"])], random)
    return folder


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(path: Path, said: Any) -> None:
    path.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _lines(path: Path, rows: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")


def _events(seed: int) -> Iterator[dict[str, Any]]:
    """Those that are said to have happened, and others in between that mean nothing."""
    for device_id, at, kind, level, message in EVENTS:
        yield {"device_id": device_id, "timestamp": at, "event": kind, "level": level,
               "message": message}  # fmt: skip
    random = np.random.default_rng([seed, 999])
    ids = [str(device["id"]) for device in devices()]
    minutes = int((AS_OF - START).total_seconds() // 60)
    for kind in ("login", "firmware_checked"):
        for _ in range(40):
            at = START + timedelta(minutes=int(random.integers(minutes)))
            yield {"device_id": str(random.choice(ids)), "timestamp": _stamp(at), "event": kind,
                   "level": "info", "message": ""}  # fmt: skip


def _write_series(
    path: Path, device: dict[str, object], zone: ZoneInfo, random: np.random.Generator
) -> None:
    kind = KINDS[str(device["type"])]
    step = timedelta(seconds=kind.step_s)
    times = [START + step * place for place in range(int((AS_OF - START) / step) + 1)]
    hours = np.array([_hour(at.astimezone(zone)) for at in times])
    columns = {name: _series(name, *shape, hours, random) for name, shape in kind.metrics.items()}
    digits = {name: shape[3] for name, shape in kind.metrics.items()}
    for one in HAPPENED:
        if one.device == device["id"]:
            _befall(columns[one.metric], one, times)
    for metric, values in columns.items():
        if metric.endswith("percent"):
            columns[metric] = values.clip(0, 100)
    away = [(_moment(a), _moment(b)) for who, a, b in PAUSES if who == device["id"]]
    lost = random.random(len(times)) < 0.004
    rows = [f"timestamp,{','.join(columns)}"]
    for place, at in enumerate(times):
        if lost[place] or any(start <= at < end for start, end in away):
            continue
        values = (f"{columns[name][place]:.{digits[name]}f}" for name in columns)
        rows.append(f"{_stamp(at)},{','.join(values)}")
    path.write_bytes(gzip.compress(("\n".join(rows) + "\n").encode(), 1, mtime=0))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _hour(local: datetime) -> float:
    return local.hour + local.minute / 60


def _series(
    name: str, level: float, swing: float, noise: float, digits: int,
    hours: "np.ndarray[Any, np.dtype[np.float64]]", random: np.random.Generator,
) -> "np.ndarray[Any, np.dtype[np.float64]]":  # fmt: skip
    """A level of the device's own, the hours of its site's day, noise that fades slowly."""
    own = level * (1 + 0.22 * random.uniform(-1, 1))
    busy = np.where(
        (hours >= _OPEN) & (hours < _CLOSE),
        np.sin((hours - _OPEN) / (_CLOSE - _OPEN) * np.pi), -0.5 if name not in _COUNTED else -9.0,
    )  # fmt: skip
    values = own + swing * busy + noise * random.normal(size=len(hours))
    if name in _COUNTED or name == "error_rate" or name.endswith("percent"):
        values = values.clip(0)
    return np.asarray(values.round(digits), dtype=float)


def _befall(
    values: "np.ndarray[Any, np.dtype[np.float64]]", one: Happening, times: list[datetime]
) -> None:
    start, end = _moment(one.start), _moment(one.end)
    for place, at in enumerate(times):
        if at < start or (at >= end and not one.stays):
            continue
        share = min((at - start) / (end - start), 1.0)
        if one.how == "ramp":
            values[place] += one.amount * share
        elif one.how == "add":
            values[place] += one.amount
        else:
            values[place] = one.amount
