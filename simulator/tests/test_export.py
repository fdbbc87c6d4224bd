import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from homepot_simulator.cli import main
from homepot_simulator.errors import SimulatorError
from homepot_simulator.export import export_fleet
from homepot_simulator.faults import FAULTS
from homepot_simulator.fleet import make_fleet
from homepot_simulator.incidents import incident_row
from homepot_simulator.noise import DAY_US, SECOND_US
from homepot_simulator.world import World
from moments import utc

UNTIL = utc("2026-10-01T00:00:00")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export")
    export_fleet(path, 4, 20, 1800, "2026-10-01", 0)
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_files_are_all_there_and_belong_together(folder: Path) -> None:
    sites, devices = (
        json.loads((folder / f"{name}.json").read_text()) for name in ("sites", "devices")
    )
    about = json.loads((folder / "fleet.json").read_text())
    assert about == {
        "as_of": "2026-10-01T00:00:00Z",
        "start": "2026-09-11T00:00:00Z",
        "end": "2026-09-30T23:30:00Z",
        "step_seconds": 1800,
        "seed": 4,
    }
    ids = {device["id"] for device in devices}
    assert len(ids) == 40
    assert {device["site_id"] for device in devices} == {site["id"] for site in sites}
    assert {path.name for path in (folder / "metrics").iterdir()} == {
        f"{one}.csv.gz" for one in ids
    }
    for name in ("events", "incidents", "labels", "harmless"):
        told = rows(folder / f"{name}.jsonl")
        assert told
        assert {row["device_id"] for row in told} <= ids
    incidents = {row["id"]: row for row in rows(folder / "incidents.jsonl")}
    labels = rows(folder / "labels.jsonl")
    assert {row["incident_id"] for row in labels if row["recorded"]} == set(incidents)
    fresh = [row for row in labels if not row["recorded"]]
    assert fresh
    assert all(row["end"] <= "2026-10-01T00:00:00Z" for row in labels)
    for row in labels:
        if row["recorded"]:
            written = incidents[row["incident_id"]]
            assert (written["device_id"], written["started_at"]) == (row["device_id"], row["start"])
            assert row["fault"] not in json.dumps(written)


def test_values_come_back_as_they_are_in_the_world(folder: Path) -> None:
    world = World(make_fleet(4))
    for key in ("sim-market-till-1", "sim-pharmacy-vaccine-fridge", "sim-plant-plant-server"):
        with gzip.open(folder / "metrics" / f"{key}.csv.gz", "rt") as file:
            head, *told = csv.reader(file)
        times = np.arange(UNTIL - 20 * DAY_US, UNTIL, 1800 * SECOND_US, dtype=np.int64)
        readings = world.values(key, times)
        assert head == ["timestamp", *readings.metrics]
        assert [utc(row[0].removesuffix("Z")) for row in told] == readings.times_us.tolist()
        np.testing.assert_array_equal(
            np.array([[float(value) for value in row[1:]] for row in told]), readings.values
        )


def test_the_same_export_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    export_fleet(tmp_path, 4, 20, 1800, None, UNTIL + 5 * 3_600_000_000)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_wears_under_way_say_when_they_will_cross(tmp_path: Path) -> None:
    world = World(make_fleet(4))
    found = []
    for day in range(0, 60, 4):
        until = f"2026-{8 + day // 30:02d}-{day % 30 + 1:02d}"
        export_fleet(tmp_path, 4, 1, 86_400, until, 0)
        for row in rows(tmp_path / "future.jsonl"):
            assert row["start"] < f"{until}T00:00:00Z" < row["crosses_at"]
            at = utc(row["crosses_at"].removesuffix("Z"))
            readings = world.values(
                row["device_id"], np.arange(at - DAY_US // 24, at + DAY_US // 24, 60_000_000)
            )
            values = readings.values[:, readings.metrics.index(row["metric"])]
            assert values[:50].mean() < row["limit"] + 0.5
            # it may be mended soon after
            assert values[60:80].mean() > row["limit"] - 0.5
            found.append(row)
    assert found


def test_every_fault_has_its_words() -> None:
    for fault in World(make_fleet(4)).faults(UNTIL - 200 * DAY_US, UNTIL):
        row = incident_row(4, 1, fault)
        assert row["severity"] in {"warning", "critical"}
        assert row["description"] != row["resolution"]
    assert len(FAULTS) == 10


@pytest.mark.parametrize(
    ("days", "step", "until", "words"),
    [(0, 600, None, "1 to 1000 days"), (1, 0, None, "step"), (1, 600, "yesterday", "not a date")],
)
def test_wrong_wishes_are_said(
    tmp_path: Path, days: int, step: int, until: str | None, words: str
) -> None:
    with pytest.raises(SimulatorError, match=words):
        export_fleet(tmp_path, 1, days, step, until, UNTIL)


def test_a_folder_that_cannot_be_written_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["export", str(tmp_path / "file" / "in"), "--days", "1"]) == 1
    assert "Cannot write to" in caplog.text
