"""The same fleet as files: what a user would bring, and beside it the truth for an evaluation."""

import csv
import gzip
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from homepot_simulator.clock import closed_on, stamp
from homepot_simulator.episodes import Episode
from homepot_simulator.errors import SimulatorError
from homepot_simulator.events import events_between
from homepot_simulator.files import replace_text
from homepot_simulator.fleet import Device, Fleet, make_fleet
from homepot_simulator.harmless import harmless_episodes
from homepot_simulator.incidents import incident_id, incident_row
from homepot_simulator.noise import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from homepot_simulator.truth import harmless_row, truth_row, write_rows
from homepot_simulator.world import METERS, Readings, World

_log: Final = logging.getLogger(__name__)

_DAYS_MAX: Final = 1000
# where a person would want to have been told before
_LIMITS: Final = {"disk_filling": ("disk_percent", 85.0), "bearing_wear": ("vibration_mm_s", 7.1)}


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
    faults = world.faults(start_us, end_us)
    written_up = _written_up(faults, start_us, end_us)
    number_of = {fault: number for number, fault in enumerate(written_up, 1)}
    write_rows(
        folder / "incidents.jsonl",
        (incident_row(world.fleet.seed, number, fault) for fault, number in number_of.items()),
    )
    write_rows(
        folder / "labels.jsonl",
        (
            {
                **truth_row(one, until_us=end_us),
                "incident_id": incident_id(number_of[one]) if one in number_of else None,
                "recorded": one in number_of,
            }
            for one in faults
        ),
    )
    write_rows(folder / "future.jsonl", _still_to_come(world, faults, end_us))
    write_rows(
        folder / "harmless.jsonl",
        (harmless_row(one) for one in sorted(harmless_episodes(world.fleet, start_us, end_us))),
    )


def _written_up(faults: list[Episode], start_us: int, end_us: int) -> list[Episode]:
    """Faults of all but the last week that are over; those of the last are fresh."""
    fresh_from_us = end_us - min(7 * DAY_US, (end_us - start_us) // 4)
    return [one for one in faults if one.start_us >= start_us and one.end_us < fresh_from_us]


def _still_to_come(world: World, faults: list[Episode], end_us: int) -> Iterator[dict[str, Any]]:
    """Slow faults under way at the end that cross their limit later, if nobody mends them."""
    for one in faults:
        metric, limit = _LIMITS.get(one.kind, ("", 0.0))
        if not metric or one.end_us <= end_us:
            continue
        times = np.arange(end_us - HOUR_US, one.end_us, 10 * MINUTE_US, dtype=np.int64)
        readings = world.values(one.device_key, times)
        values = readings.values[:, readings.metrics.index(metric)]
        above = np.convolve(values, np.ones(3) / 3, "same")[1:-1] >= limit
        if above.any() and not above[:5].any():
            yield {
                "device_id": one.device_key,
                "fault": one.kind,
                "metric": metric,
                "limit": limit,
                "start": stamp(one.start_us),
                "crosses_at": stamp(int(readings.times_us[1:-1][above.argmax()])),
            }
