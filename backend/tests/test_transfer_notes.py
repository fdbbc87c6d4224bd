"""Notes of recorded incidents that are longer than what is kept."""

import json
from pathlib import Path

import psycopg
from tests.test_transfer import Command, fleet, homepot  # noqa: F401  fixtures


def test_a_note_of_a_megabyte_is_cut_in_the_list_of_incidents_too(
    homepot: Command,  # noqa: F811
    fleet: Path,  # noqa: F811
    database_url: str,
) -> None:
    one = {
        "id": "inc_long",
        "device_id": "sensor.2",
        "started_at": "2026-09-01T00:00:00Z",
        "ended_at": "2026-09-01T01:00:00Z",
        "description": "warm " * 200_000,
        "resolution": "waited " * 200_000,
    }
    (fleet / "incidents.jsonl").write_text(json.dumps(one), encoding="utf-8")
    assert "Incidents: 1 new" in homepot("import", fleet).stdout
    with psycopg.connect(database_url) as connection:
        connection.execute("SET ROLE homepot_system")
        (kept,) = connection.execute("SELECT description, resolution FROM incidents").fetchall()
    assert [len(note) for note in kept] == [100_000, 100_000]
    assert all(note.endswith("(cut: the note was longer)") for note in kept)
