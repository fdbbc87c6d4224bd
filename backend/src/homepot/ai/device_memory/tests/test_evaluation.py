"""`homepot evaluate incidents` on a small fleet made here."""

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from homepot.ai.evaluate_cli import incidents

app = typer.Typer()
app.command()(incidents)  # alone in it, so it is asked for without its name

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
DAYS, A_DAY = 24, 144
HOUR = A_DAY // 24
# whose fault of which kind began on which day and lasted how many hours; recorded or fresh
FAULTS = (
    ("cold", "cooling_failure", 12, 8, "inc_warm"),
    ("till", "cpu_runaway", 13, 4, "inc_cpu"),
    ("cold", "frozen_sensor", 15, 12, "inc_frozen"),
    ("cold", "cooling_failure", 19, 6, None),
    ("till", "cpu_runaway", 20, 5, None),
    ("cold", "frozen_sensor", 21, 10, None),
    # over only after the fresh ones: nobody could know it
    ("till", "cpu_runaway", 22, 4, "inc_later"),
)


def stamp(reading: int) -> str:
    return f"{BEGIN + reading * timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}"


def written(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a fleet"
    (folder / "metrics").mkdir(parents=True)
    random = np.random.default_rng(1)
    count = DAYS * A_DAY
    values = {
        "cold": ("temperature_celsius", 3 + random.normal(0, 0.2, count)),
        "till": ("cpu_percent", 30 + random.normal(0, 2, count)),
    }
    labels, incidents = [], []
    for device, fault, day, hours, incident in FAULTS:
        first, last = day * A_DAY, day * A_DAY + hours * HOUR
        series = values[device][1]
        if fault == "frozen_sensor":
            series[first:last] = series[first]
        else:
            series[first:last] += 7 if fault == "cooling_failure" else 50
        where = {"device_id": device, "fault": fault, "start": stamp(first), "end": stamp(last)}
        labels.append({**where, "incident_id": incident, "recorded": incident is not None})
        if incident is not None:
            times = {"started_at": stamp(first), "ended_at": stamp(last)}
            incidents.append(
                {"id": incident, "device_id": device, "description": f"{fault} again", **times}
                | {"resolution": f"mended the {fault}", "effective": True}
            )
    for device, (metric, series) in values.items():
        with gzip.open(folder / "metrics" / f"{device}.csv.gz", "wt", newline="") as file:
            rows = [(stamp(k), round(float(one), 2)) for k, one in enumerate(series)]
            csv.writer(file).writerows([("timestamp", metric), *rows])
    types = {"cold": "iot_sensor", "till": "pos_terminal"}
    devices = [{"id": name, "type": kind, "site_id": "shop"} for name, kind in types.items()]
    (folder / "devices.json").write_text(json.dumps(devices))
    (folder / "sites.json").write_text(
        json.dumps([{"id": "shop", "name": "Shop", "timezone": "UTC"}])
    )
    meta = {"start": stamp(0), "as_of": stamp(count), "step_seconds": 600}
    (folder / "fleet.json").write_text(json.dumps(meta))
    written(folder / "labels.jsonl", labels)
    written(folder / "incidents.jsonl", incidents)
    return folder


def asked(folder: Path, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, [str(folder), "--json", *words])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


@pytest.mark.parametrize("how", [["--given-intervals"], []], ids=["given", "found"])
def test_each_fresh_fault_is_matched_to_its_kind_and_written(
    folder: Path, tmp_path: Path, how: list[str]
) -> None:
    out = tmp_path / "matches.jsonl"
    found = asked(folder, "--out", str(out), "--jitter", "1", *how)
    assert (found["fresh"], found["found"], found["right"]) == (3, 3, 3)
    assert found["jittered_mean"]["right"] == 3
    kinds = {incident: fault for _, fault, _, _, incident in FAULTS if incident}
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    for device, fault, day, _, incident in FAULTS:
        if incident is None:
            row = next(
                one
                for one in rows
                if one["device_id"] == device
                and stamp(day * A_DAY - HOUR) <= one["start"] <= stamp((day + 1) * A_DAY)
            )
            scores = [match["score"] for match in row["matches"]]
            assert scores == sorted(scores, reverse=True)
            assert kinds[row["matches"][0]["incident_id"]] == fault
            assert "inc_later" not in [match["incident_id"] for match in row["matches"]]
            assert row["recommended"] == f"mended the {fault}"
            assert not row["nothing_similar"]


def test_faults_of_the_first_days_are_not_counted(folder: Path) -> None:
    early = {"device_id": "till", "fault": "cpu_runaway", "start": stamp(A_DAY), "recorded": False}
    with (folder / "labels.jsonl").open("a") as file:
        file.write(json.dumps({**early, "end": stamp(A_DAY + 9), "incident_id": None}) + "\n")
    assert asked(folder, "--given-intervals", "--no-words")["fresh"] == 3


def test_an_incident_of_a_device_that_is_not_there_is_refused_in_words(folder: Path) -> None:
    stray = {"id": "inc_x", "device_id": "nobody", "description": "x", "started_at": stamp(0)}
    with (folder / "incidents.jsonl").open("a") as file:
        file.write(json.dumps({**stray, "ended_at": stamp(9)}) + "\n")
    done = CliRunner().invoke(app, [str(folder)])
    assert done.exit_code == 1
    assert "inc_x" in done.output
    assert "nobody" in done.output
