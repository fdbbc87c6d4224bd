"""What is well, what is not, and what to do about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homepot.condition.logic import (
    Backups,
    Host,
    Index,
    Measured,
    Models,
    Part,
    Program,
    Queue,
    Reader,
    State,
    Stored,
    parts_of,
    worst,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GIB = 1024**3

STORED = Stored(
    version="18.1",
    size_bytes=7 * GIB,
    connections=12,
    connections_max=100,
    round_trip_ms=0.4,
    reports_per_s=11.5,
    newest_commit=NOW - timedelta(seconds=4),
    devices_online=40,
    readers=[Reader("detection", NOW - timedelta(seconds=3)), Reader("rollups", None)],
    worker_at=NOW - timedelta(seconds=8),
    jobs_waiting=0,
    jobs_waiting_since=None,
    jobs_failed=[],
    alerts_waiting=0,
    alerts_waiting_since=None,
    alerts_failed=0,
    looked_ahead_at=NOW - 20 * MINUTE,
)
HOST = Host([Program("api", GIB, NOW)], 8 * GIB, 16 * GIB, 200 * GIB, 500 * GIB)
WELL = Measured(
    stored=STORED,
    host=HOST,
    models=Models(enabled=True, server="ollama", models=2),
    index=Index("connected", None, 17),
    queue=Queue(0, 4_000_000),
    backups=Backups(True, 3, NOW - timedelta(hours=9), 5_000_000, NOW - timedelta(days=20)),
)


def parts(found: Measured) -> dict[str, Part]:
    return {one.name: one for one in parts_of(found, NOW)}


def test_where_all_is_well_nothing_is_to_do() -> None:
    told = parts(WELL)
    assert {one.state for one in told.values()} == {"ok"}
    assert [one.to_do for one in told.values()] == [None] * len(told)
    figures = {one.name: one for one in told["worker"].figures}
    assert (figures["behind:detection"].value, figures["behind:rollups"].value) == (3, 0)


@pytest.mark.parametrize(
    ("change", "name", "state", "words"),
    [
        ({"connections": 90}, "database", "warning", "90 of 100 connections"),
        ({"round_trip_ms": 900.0}, "database", "warning", "900 ms"),
        ({"newest_commit": NOW - 11 * MINUTE}, "intake", "warning", "for 11 min"),
        ({"newest_commit": None}, "intake", "unknown", "No reading"),
        ({"worker_at": None}, "worker", "critical", "does not run"),
        ({"worker_at": NOW - 2 * MINUTE}, "worker", "critical", "does not run"),
        (
            {"readers": [Reader("detection", NOW - 5 * MINUTE), Reader("rollups", NOW)]},
            "worker",
            "warning",
            "Detection is 5 min behind",
        ),
        ({"readers": [Reader("rollups", NOW - 16 * MINUTE)]}, "worker", "critical", "Rollups"),
        (
            {"jobs_waiting": 2, "jobs_waiting_since": NOW - 30 * MINUTE},
            "jobs",
            "warning",
            "2 jobs should have begun, the first 30 min ago",
        ),
        ({"jobs_failed": ["reports.daily"]}, "jobs", "warning", "reports.daily"),
        (
            {"alerts_waiting": 1, "alerts_waiting_since": NOW - 6 * MINUTE},
            "alerts",
            "warning",
            "1 message could not be sent yet, one for 6 min",
        ),
        ({"alerts_failed": 3}, "alerts", "warning", "3 messages"),
        ({"looked_ahead_at": None}, "foresight", "unknown", "each hour"),
        ({"looked_ahead_at": NOW - 240 * MINUTE}, "foresight", "warning", "4 h old"),
    ],
)
def test_what_the_database_tells_of(
    change: dict[str, Any], name: str, state: str, words: str
) -> None:
    found = parts(replace(WELL, stored=replace(STORED, **change)))
    assert found[name].state == state
    assert words in found[name].words
    if state in ("warning", "critical"):
        assert found[name].to_do
    assert [one.name for one in found.values() if one.state not in ("ok", state)] == []


def test_a_quiet_fleet_of_which_nobody_is_online_is_no_fault_of_the_intake() -> None:
    quiet = replace(STORED, newest_commit=NOW - 60 * MINUTE, devices_online=0)
    assert parts(replace(WELL, stored=quiet))["intake"].state == "ok"


def test_what_is_not_the_databases() -> None:
    full = replace(HOST, disk_free_bytes=GIB // 2)
    assert parts(replace(WELL, host=full))["disk"].state == "critical"
    nearly = replace(HOST, disk_free_bytes=3 * GIB)
    assert parts(replace(WELL, host=nearly))["disk"].state == "warning"
    # a tenth of a large disk is a lot of room
    large = replace(HOST, disk_free_bytes=20 * GIB)
    assert parts(replace(WELL, host=large))["disk"].state == "ok"
    tight = replace(HOST, memory_free_bytes=GIB // 2)
    assert parts(replace(WELL, host=tight))["memory"].state == "warning"
    waits = replace(WELL, queue=Queue(3_000_000, 4_000_000))
    assert "3,000,000 values wait" in parts(waits)["intake"].words
    away = replace(WELL, models=Models(enabled=True, server=None))
    assert parts(away)["models"].state == "warning"
    off = replace(WELL, models=Models(enabled=False, server=None))
    assert parts(off)["models"].state == "unknown"
    lost = replace(WELL, index=Index("not connected", "No space left.", None))
    assert "No space left. They are" in parts(lost)["memory_index"].words


def test_a_database_that_is_away_leaves_the_rest_to_tell() -> None:
    told = parts(replace(WELL, stored=None, problem="connection refused"))
    assert told["database"].state == "critical"
    assert "connection refused" in told["database"].words
    assert set(told) == {"database", "models", "memory_index", "backups", "disk", "memory"}


def test_the_worst_part_counts_and_what_is_unknown_does_not() -> None:
    def named(*states: State) -> list[Part]:
        return [Part("one", state, "") for state in states]

    assert worst(named("ok", "warning", "critical")) == "critical"
    assert worst(named("unknown", "ok")) == "ok"
    assert worst(named("unknown")) == "unknown"


@pytest.mark.parametrize(
    ("backups", "state", "words"),
    [
        (Backups(True), "unknown", "the first is made in the coming night"),
        (Backups(False), "warning", "Switched off"),
        (Backups(True, 3, NOW - timedelta(days=3), 5_000_000), "warning", "3 d old"),
        (Backups(True, 3, NOW - timedelta(hours=3), 5_000_000), "ok", "never rehearsed"),
    ],
)
def test_a_backup_is_judged_by_its_age(backups: Backups, state: str, words: str) -> None:
    told = parts(replace(WELL, backups=backups))["backups"]
    assert told.state == state
    assert words in told.words
