"""The same fleet as files: what a user would bring, and beside it the truth for an evaluation."""

import csv
import gzip
import io
import json
import logging
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from homepot_simulator.clock import closed_on, stamp
from homepot_simulator.errors import SimulatorError
from homepot_simulator.events import events_between
from homepot_simulator.files import replace_text
from homepot_simulator.fleet import Device, Fleet, make_fleet
from homepot_simulator.harmless import harmless_episodes
from homepot_simulator.noise import DAY_US, SECOND_US
from homepot_simulator.truth import harmless_row, truth_row, write_rows
from homepot_simulator.world import METERS, Readings, World

_log: Final = logging.getLogger(__name__)

_DAYS_MAX: Final = 1000


def export_fleet(
    folder: Path, seed: int, days: int, step_s: int, until: str | None, now_us: int
) -> None:
    """Writes `days` full days that end before `until` (today, if not said)."""
    if not 1 <= days <= _DAYS_MAX:
        raise SimulatorError(f"An export has 1 to {_DAYS_MAX} days")
    if not 1 <= step_s <= 86_400:
        raise SimulatorError("The step is 1 to 86400 s")
    end_us = _midnight(until) if until else now_us - now_us % DAY_US
    start_us = end_us - days * DAY_US
    fleet = make_fleet(seed)
    world = World(fleet)
    times = np.arange(start_us, end_us, step_s * SECOND_US, dtype=np.int64)
    try:
        (folder / "metrics").mkdir(parents=True, exist_ok=True)
        rows = 0
        for device in fleet.devices:
            readings = world.values(device.key, times)
            rows += len(readings.times_us)
            _write_readings(folder / "metrics" / f"{device.key}.csv.gz", readings)
        _write_lists(folder, fleet, start_us, end_us)
        _write_told(folder, world, start_us, end_us)
    except OSError as error:
        raise SimulatorError(f"Cannot write to {folder}: {error}") from error
    about = {
        "as_of": stamp(end_us),
        "start": stamp(start_us),
        "end": stamp(int(times[-1])),
        "step_seconds": step_s,
        "seed": seed,
    }
    replace_text(folder / "fleet.json", json.dumps(about, indent=1) + "\n")
    _log.info("Wrote %d rows of %d devices to %s.", rows, len(fleet.devices), folder)


def _midnight(text: str) -> int:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise SimulatorError(f'"{text}" is not a date such as 2026-09-30') from error
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND_US


def _write_readings(path: Path, readings: Readings) -> None:
    decimals = [max(METERS[name][2], 0) for name in readings.metrics]
    columns = [
        [f"{value:.{places}f}" for value in readings.values[:, index].tolist()]
        for index, places in enumerate(decimals)
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("timestamp", *readings.metrics))
    writer.writerows(zip(map(stamp, readings.times_us.tolist()), *columns, strict=True))
    # without name and time in its head, the same fleet gives the same bytes
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def _write_lists(folder: Path, fleet: Fleet, start_us: int, end_us: int) -> None:
    sites = [
        {
            "id": site.key,
            "name": site.name,
            "timezone": site.timezone,
            "downtime_cost_per_hour": site.downtime_cost_per_hour,
            "visit_cost": site.visit_cost,
            "currency": site.currency,
            "closed_on": [str(day) for day in closed_on(fleet.seed, site.key, start_us, end_us)],
        }
        for site in fleet.sites
    ]
    devices = [_device_row(device) for device in fleet.devices]
    for name, rows in (("sites.json", sites), ("devices.json", devices)):
        replace_text(folder / name, json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def _device_row(device: Device) -> dict[str, Any]:
    return {
        "id": device.key,
        "name": device.name,
        "type": device.type,
        "site_id": device.site_key,
        "location": device.location,
        "firmware": device.firmware,
        "installed_on": str(device.installed_on),
        "warranty_until": str(device.warranty_until),
    }


def _write_told(folder: Path, world: World, start_us: int, end_us: int) -> None:
    write_rows(
        folder / "events.jsonl",
        (
            {
                "device_id": one.device_key,
                "timestamp": stamp(one.time_us),
                "event": one.event,
                "level": one.level,
                "message": one.message,
            }
            for one in events_between(world, start_us - 1, end_us - 1)
        ),
    )
    write_rows(
        folder / "labels.jsonl",
        (
            {**truth_row(one, until_us=end_us), "incident_id": None, "recorded": False}
            for one in world.faults(start_us, end_us)
        ),
    )
    write_rows(
        folder / "harmless.jsonl",
        (harmless_row(one) for one in sorted(harmless_episodes(world.fleet, start_us, end_us))),
    )
