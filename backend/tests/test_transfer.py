"""`homepot import` and `homepot export` on a real database."""

import asyncio
import csv
import gzip
import json
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

from homepot.access.first_admin import ensure_first_admin
from homepot.cli import app
from homepot.core.database import Database
from homepot.core.errors import Unavailable
from homepot.telemetry.intake.rows import from_rows
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.reading import readings
from homepot.transfer import series
from homepot.transfer.findings import SHOWN_MAX

Command = Callable[..., Result]
Table = list[dict[str, str]]

SITES: list[dict[str, Any]] = [
    {
        "id": "site_mill",
        "name": "Old Mill Café",
        "timezone": "Europe/London",
        "downtime_cost_per_hour": 55.1,
        "visit_cost": 100.0,
        "currency": "EUR",
        "closed_on": ["2026-09-15"],
    },
    {"id": "site_dock", "name": "Dock", "timezone": "Asia/Tokyo", "closed_on": []},
]
DEVICES: list[dict[str, Any]] = [
    {
        "id": "pos_1",
        "name": "Till – 1",
        "type": "pos_terminal",
        "site_id": "site_mill",
        "location": "Küche",
        "firmware": "2.4.1",
        "serial": "A-7",
        "installed_on": "2023-07-07",
        "warranty_until": "2027-12-26",
        "tags": ["left", "old"],
    },
    {"id": "sensor.2", "name": "Cold room", "type": "iot_sensor", "site_id": "site_dock"},
]
# Numbers that a careless hand would round, and times that are the same moment spelled otherwise.
TILL = [
    ("2026-09-01T00:00:00Z", "18", "51.6", ""),
    ("2026-09-01T00:10:00Z", "0.30000000000000004", "-0.0", "5e-324"),
    ("2026-09-01T00:10:00.000001Z", "9.999999999999999e299", "-2.2250738585072014e-308", ""),
    ("2026-09-01T02:20:00+02:00", "", "", "123456789.12345679"),
    ("2026-09-03T23:59:59.999999Z", "9007199254740993", "1e22", "1e-7"),
    ("2026-10-25T01:30:00Z", "", "0.1", ""),
]
SENSOR = [("2026-09-01T00:00:00Z", "-4.25"), ("2026-09-01T12:00:00Z", "6")]
EVENTS = [
    {"device_id": "pos_1", "timestamp": "2026-09-01T03:10:00Z", "event": "login", "level": "info"},
    {"device_id": "pos_1", "timestamp": "2026-09-02T03:10:00Z", "event": "boom", "level": "error"},
]


@pytest.fixture
def homepot(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command on a database that has just been started for the first time."""
    monkeypatch.setenv("HOMEPOT_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "200")

    async def first_start() -> None:
        database = Database(database_url)
        await ensure_first_admin(database)
        await database.close()

    asyncio.run(first_start())

    def run(*words: str | Path) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    return run


def write_series(folder: Path, device_id: str, columns: str, rows: Any, ending: str = "") -> Path:
    path = folder / "metrics" / f"{device_id}.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"timestamp,{columns}", *(",".join(row) for row in rows)]
    path.write_bytes(gzip.compress(("\r\n".join(lines) + "\r\n" + ending).encode()))
    return path


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    folder = tmp_path / "fleet"
    write_series(folder, "pos_1", "cpu_percent,zeta,alpha", TILL)
    write_series(folder, "sensor.2", "temperature_celsius", SENSOR)
    (folder / "sites.json").write_text(json.dumps(SITES, indent=1), encoding="utf-8")
    (folder / "devices.json").write_text(json.dumps(DEVICES, indent=1), encoding="utf-8")
    events = "\n".join(json.dumps({**one, "message": ""}) for one in EVENTS)
    (folder / "events.jsonl").write_text(events, encoding="utf-8")
    # What an evaluation asks for, and what this version has no place for, is never opened.
    for name in ("labels.jsonl", "future.jsonl", "questions.jsonl"):
        (folder / name).write_bytes(b"\xff not JSON")
    return folder


def values_in(folder: Path) -> dict[tuple[str, str, str], bytes]:
    """Every value bit by bit, by device, moment and metric."""
    found = {}
    for path in (folder / "metrics").iterdir():
        with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                at = row.pop("timestamp").replace("02:20:00+02:00", "00:20:00Z")
                for metric, cell in row.items():
                    if cell:
                        key = (path.name.removesuffix(".csv.gz"), at, metric)
                        found[key] = struct.pack("<d", float(cell))
    return found


def items_in(folder: Path, name: str) -> dict[str, Any]:
    items = json.loads((folder / name).read_text(encoding="utf-8"))
    return {item["id"]: item for item in items}


def stored(url: str, what: LiteralString = "count(*) FROM device_metrics") -> int:
    with psycopg.connect(url) as connection:
        connection.execute("SET ROLE homepot_system")
        row = connection.execute("SELECT " + what).fetchone()
    assert row is not None
    count: int = row[0]
    return count


def test_what_is_imported_comes_out_again_value_for_value(
    homepot: Command, fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that this small fleet, too, goes in and comes out in several pieces.
    monkeypatch.setattr(series, "BATCH_ROWS_MAX", 4)
    monkeypatch.setattr(readings, "ROWS_AT_ONCE", 2)
    brought = homepot("import", fleet)
    assert brought.exit_code == 0, brought.output
    assert "Sites: 2 new, 0 were there" in brought.stdout
    assert "Devices: 2 new, 0 were there" in brought.stdout
    assert "Readings: 8 new, 0 stored before, 0 corrected" in brought.stdout
    assert "Events: 2 new, 0 stored before." in brought.stdout
    assert "Lines that were wrong: 0." in brought.stdout
    assert "Incidents: 0 new, 0 known before." in brought.stdout

    out = tmp_path / "out"
    given = homepot("export", out)
    assert given.exit_code == 0, given.output
    assert "8 readings of 2 devices at 2 sites" in given.stdout
    expected = values_in(fleet)
    assert len(expected) == 14
    assert values_in(out) == expected
    for name in ("sites.json", "devices.json"):
        assert items_in(out, name) == items_in(fleet, name)
    assert list(out.rglob("*.part")) == []

    assert homepot("tenant", "add", "Orchard").exit_code == 0
    assert "name one with --tenant" in homepot("import", out).stderr
    assert homepot("import", out, "--tenant", "Orchard").exit_code == 0
    again = tmp_path / "again"
    assert homepot("export", again, "--tenant", "Orchard").exit_code == 0
    assert values_in(again) == expected


def test_a_second_time_stores_nothing_and_leaves_what_is_there_alone(
    homepot: Command, fleet: Path, database_url: str, tmp_path: Path
) -> None:
    assert homepot("import", fleet).exit_code == 0
    renamed = [{**one, "name": "Another name"} for one in DEVICES]
    (fleet / "devices.json").write_text(json.dumps(renamed), encoding="utf-8")
    again = homepot("import", fleet)
    assert again.exit_code == 0, again.output
    assert "Sites: 0 new, 2 were there and left as they are." in again.stdout
    assert "Devices: 0 new, 2 were there and left as they are." in again.stdout
    assert "Readings: 0 new, 8 stored before, 0 corrected" in again.stdout
    assert "Events: 0 new, 2 stored before." in again.stdout
    assert stored(database_url) == 8
    assert homepot("export", tmp_path / "out").exit_code == 0
    assert {item["name"] for item in items_in(tmp_path / "out", "devices.json").values()} == {
        "Till – 1",
        "Cold room",
    }


def test_the_newest_values_are_there_when_the_command_ends(
    homepot: Command, fleet: Path, database_url: str
) -> None:
    assert homepot("import", fleet).exit_code == 0
    with psycopg.connect(database_url) as connection:
        connection.execute("SET ROLE homepot_system")
        newest = connection.execute(
            "SELECT d.provenance, max(l.ts)::text, max(l.values[1]) FROM device_latest l"
            " JOIN devices d ON d.id = l.device_id WHERE d.public_id = 'sensor.2' GROUP BY 1"
        ).fetchall()
    assert newest == [("imported", "2026-09-01 12:00:00+00", 6.0)]


def test_an_interrupted_import_goes_on_where_it_was(
    homepot: Command, fleet: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Any] = []
    take = Intake.take

    async def take_once(intake: Intake, *given: Any) -> Any:
        if taken:
            raise Unavailable("The database does not answer; send it again.")
        taken.append(await take(intake, *given))
        return taken[0]

    with monkeypatch.context() as changed:
        changed.setattr(Intake, "take", take_once)
        halted = homepot("import", fleet)
    assert halted.exit_code == 1
    assert "Readings: 6 new" in halted.stdout
    assert "What was stored is kept; the same command goes on from there." in halted.stderr
    assert stored(database_url) == 6
    rest = homepot("import", fleet)
    assert rest.exit_code == 0, rest.output
    assert "Readings: 2 new, 6 stored before" in rest.stdout
    assert "Events: 2 new" in rest.stdout


def test_what_could_not_begin_says_only_why(homepot: Command, fleet: Path) -> None:
    refused = homepot("import", fleet, "--tenant", "Nobody")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("There is no such tenant")
    assert "Readings:" not in refused.stdout
    assert "What was stored" not in refused.stderr


def test_every_bad_line_is_named_and_the_good_ones_are_stored(
    homepot: Command, fleet: Path, database_url: str, tmp_path: Path
) -> None:
    bad = [(f"2026-09-01T00:{n // 60:02}:{n % 60:02}Z", "warm") for n in range(SHOWN_MAX + 10)]
    write_series(fleet, "sensor.2", "temperature_celsius", [*SENSOR, *bad])
    write_series(fleet, "nobody", "cpu_percent", [("2026-09-01", "1")], ending="x")
    early = [("1999-12-31T23:59:59Z", "1", "2", "3"), ("2999-01-01T00:00:00Z", "1", "2", "3")]
    write_series(fleet, "pos_1", "cpu_percent,CPU,alpha", [*TILL, *early])
    devices = [*DEVICES, {**DEVICES[0], "id": "pos_9", "site_id": "nowhere"}, {"id": "pos_8"}]
    (fleet / "devices.json").write_text(json.dumps(devices, indent=0), encoding="utf-8")
    with (fleet / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write('\n{"device_id": "pos_1", "event": "x", "timestamp": "2026-09-01", "level": 7}')
        file.write('\n{"device_id": "pos_9", "event": "x", "timestamp": "2026-09-01T00:00:00Z"}\n')

    report = tmp_path / "report.txt"
    result = homepot("import", fleet, "--report", report)
    assert result.exit_code == 1
    told = dict(line.split(": ", 1) for line in report.read_text(encoding="utf-8").splitlines())
    assert told["metrics/sensor.2.csv.gz:4"].startswith("temperature_celsius: 'warm' is not")
    assert "'CPU' cannot be the name of a metric" in told["metrics/pos_1.csv.gz:1"]
    assert told["metrics/pos_1.csv.gz:8"] == "the time is before the year 2000"
    assert "ahead of the server's clock" in told["metrics/pos_1.csv.gz:9"]
    assert "1 cell where the first line names" in told["metrics/nobody.csv.gz:3"]
    assert told["events.jsonl:3"].startswith("level: ")
    assert "no device 'pos_9' is at work here" in told["events.jsonl:4"]
    assert "no device 'nobody' is at work here" in told["metrics/nobody.csv.gz:2"]
    about_devices = [reason for place, reason in told.items() if place.startswith("devices.json")]
    assert len(about_devices) == 2
    assert "There is no site 'nowhere'" in about_devices[0]
    assert "name: this is missing" in about_devices[1]
    assert len(told) == SHOWN_MAX + 10 + 9
    assert f"Lines that were wrong: {len(told)}." in result.stdout
    assert len(result.stderr.splitlines()) == SHOWN_MAX
    assert stored(database_url) == len(TILL) - 1 + len(SENSOR)


def test_a_new_type_is_adopted_and_said(homepot: Command, fleet: Path, database_url: str) -> None:
    kinds = ["chest_freezer", "chest_freezer", "printer", "No Type"]
    new = [{**DEVICES[0], "id": f"new_{n}", "type": kind} for n, kind in enumerate(kinds)]
    new.append({**new[0], "id": "new_4", "type": "kiln", "site_id": "nowhere"})
    # In one line, as programs write it: what is wrong is found by its id.
    (fleet / "devices.json").write_text(json.dumps([*DEVICES, *new]), encoding="utf-8")
    result = homepot("import", fleet)
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == ["new_3", "new_4"]
    assert "2 device types that nobody had described, chest_freezer, printer." in result.stdout
    assert "Adopted" not in homepot("import", fleet).stdout
    labels = "count(*) FROM device_types WHERE label IN ('Chest freezer', 'Printer')"
    assert stored(database_url, labels) == 2


def test_a_broken_file_gives_what_it_has(homepot: Command, fleet: Path, database_url: str) -> None:
    path = fleet / "metrics" / "pos_1.csv.gz"
    path.write_bytes(path.read_bytes()[:-6])
    result = homepot("import", fleet)
    assert result.exit_code == 1
    assert "metrics/pos_1.csv.gz:8: the packed file is broken from here on" in result.stderr
    assert stored(database_url) == 8


def test_a_window_of_a_device_as_lines_that_intake_takes(
    homepot: Command, fleet: Path, tmp_path: Path
) -> None:
    assert homepot("import", fleet).exit_code == 0
    out = tmp_path / "out"
    window = ("--from", "2026-09-01T00:10:00Z", "--to", "2026-09-03T23:59:59.999999Z")
    given = homepot("export", out, "--format", "jsonl", "--device", "pos_1", *window)
    assert "3 readings of 1 device at 1 site" in given.stdout, given.output
    lines = (out / "readings.jsonl").read_text(encoding="utf-8").splitlines()
    readings = [json.loads(line) for line in lines]
    assert readings[0] == {
        "device_id": "pos_1",
        "timestamp": "2026-09-01T00:10:00Z",
        "metrics": {"alpha": 5e-324, "cpu_percent": 0.30000000000000004, "zeta": 0.0},
    }
    assert readings[2]["metrics"] == {"alpha": 123456789.12345679}
    batch = from_rows(readings, "")
    assert (len(batch), batch.rejected) == (3, ())
    assert set(items_in(out, "sites.json")) == {"site_mill"}


def test_parquet_holds_the_same_with_null_for_what_was_not_reported(
    homepot: Command, fleet: Path, tmp_path: Path
) -> None:
    assert homepot("import", fleet).exit_code == 0
    assert homepot("export", tmp_path / "out", "--format", "parquet").exit_code == 0
    table = pq.read_table(tmp_path / "out" / "metrics" / "pos_1.parquet")
    assert table.column_names == ["timestamp", "alpha", "cpu_percent", "zeta"]
    at = [moment.isoformat() for moment in table["timestamp"].to_pylist()]
    assert (at[0], at[2]) == ("2026-09-01T00:00:00+00:00", "2026-09-01T00:10:00.000001+00:00")
    assert table["cpu_percent"].to_pylist() == [
        18.0,
        0.30000000000000004,
        9.999999999999999e299,
        None,
        9007199254740992.0,
        None,
    ]


# -- incidents --------------------------------------------------------------------------------


def test_recorded_incidents_are_remembered_once_with_what_their_readings_did(
    homepot: Command, fleet: Path, database_url: str
) -> None:
    days = [datetime(2026, 9, 1, tzinfo=UTC) + timedelta(minutes=10 * i) for i in range(144 * 4)]
    hot = (days[-20], days[-1])
    rows = [
        (day.isoformat(), str((8.5 if day >= hot[0] else 3) + day.minute / 100)) for day in days
    ]
    write_series(folder=fleet, device_id="sensor.2", columns="temperature_celsius", rows=rows)
    one = {
        "id": "inc_1",
        "device_id": "sensor.2",
        "category": "hardware",
        "severity": "critical",
        "started_at": hot[0].isoformat(),
        "ended_at": hot[1].isoformat(),
        "description": "Kühlung ausgefallen, fan motor seized",
        "resolution": "Fitted a new fan motor",
        "effective": True,
    }
    wrong = [
        {**one, "id": "inc_2", "device_id": "nobody"},
        {**one, "id": "inc_3", "severity": "dreadful"},
        {**one, "id": "inc_4", "description": "a\0b"},
        {**one, "id": "inc_5", "started_at": one["ended_at"], "ended_at": one["started_at"]},
    ]
    lines = [json.dumps(each) for each in (one, *wrong)] + ["not JSON", ""]
    (fleet / "incidents.jsonl").write_text("\n".join(lines), encoding="utf-8")
    brought = homepot("import", fleet)
    assert "Incidents: 1 new, 0 known before." in brought.stdout
    for number, reason in ((2, "nobody"), (3, "severity"), (4, "NUL"), (5, "before"), (6, "JSON")):
        found = [
            part for part in brought.stderr.splitlines() if f"incidents.jsonl:{number}" in part
        ]
        assert reason in "".join(found)
    again = homepot("import", fleet)
    assert "Incidents: 0 new, 1 known before." in again.stdout
    with psycopg.connect(database_url) as connection:
        connection.execute("SET ROLE homepot_system")
        rows_ = connection.execute(
            "SELECT incident_id, signature, embedding IS NULL FROM ai_incident_patterns"
        ).fetchall()
        listed = connection.execute(
            "SELECT given_id, state, provenance, category, resolution, worked FROM incidents"
        ).fetchall()
    assert listed == [("inc_1", "resolved", "imported", "hardware", "Fitted a new fan motor", True)]
    assert [(name, without) for name, _, without in rows_] == [("inc_1", False)]
    signature = rows_[0][1]
    assert signature["is_cold"]
    assert signature["metrics"]["temperature_celsius"]["height"] > 1
