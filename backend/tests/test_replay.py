"""`homepot replay`: what detection would have told in a time that is stored."""

import asyncio
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from rich.console import Console
from sqlalchemy import text
from tests.watched import START, World
from typer.testing import CliRunner

from homepot.access.permissions import Permission, Role
from homepot.ai.anomaly_detection import replaying
from homepot.cli import app
from homepot.core.database import Database
from homepot.core.log import configure_logging

NOW = START + timedelta(days=3)


def hot(device: int, metric: str, at: datetime) -> float:
    is_hot = NOW + timedelta(hours=2) <= at < NOW + timedelta(hours=5)
    return 9.0 if device == 1 and metric == "temperature_celsius" and is_hot else 0.0


@pytest.fixture
async def world(
    db: Database,
    people: Any,
    estate: Any,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    monkeypatch.setenv("HOMEPOT_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "200")
    person = await people.add(Role.OPERATOR)
    collector: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    site_id = await estate.site()
    device_ids = [(await estate.agent(site_id)).device_id for _ in range(3)]
    return World(db, collector, device_ids, hot)


async def replay(*words: str) -> Result:
    try:
        return await asyncio.to_thread(CliRunner().invoke, app, ["replay", *words])
    finally:
        configure_logging()


async def test_it_tells_what_would_have_been_told_and_changes_nothing(
    world: World, tmp_path: Path
) -> None:
    await world.send(START, NOW + timedelta(hours=8))
    out = tmp_path / "a folder"
    told = await replay("--from", "2026-11-05", "--to", "2026-11-05T08:00:00Z", "--out", str(out))
    assert told.exit_code == 0, told.output
    assert "1 deviation would have been told in these 7.8 h" in told.stdout
    assert "Nothing was written, nobody was told." in told.stdout
    assert world.device_ids[1] in told.stdout
    lines = (out / "detections.jsonl").read_text("utf-8").splitlines()
    [row] = [one for one in map(json.loads, lines) if one["severity"] != "info"]
    assert (row["device_id"], row["metrics"]) == (world.device_ids[1], ["temperature_celsius"])
    assert row["start"] == "2026-11-05T02:00:00Z" < row["detected_at"] <= "2026-11-05T02:40:00Z"
    async with world.db.system() as tx:
        for table in ("ai_anomaly_logs", "incidents", "alerts", "detection_shares"):
            count = await tx.execute(text(f"select count(*) from {table}"))
            assert count.scalar_one() == 0, table


async def test_a_narrow_terminal_cuts_no_id_and_no_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = Console(highlight=False, soft_wrap=True, width=80)
    monkeypatch.setattr(replaying, "_out", narrow)
    long_id = "cold-room-sensor-of-the-northern-warehouse-42"
    async with world.db.system() as tx:
        said = {"new": long_id, "old": world.device_ids[1]}
        await tx.execute(text("update devices set public_id = :new where public_id = :old"), said)
    world.device_ids[1] = long_id
    await world.send(START, NOW + timedelta(hours=8))
    told = await replay("--from", "2026-11-05", "--to", "2026-11-05T08:00:00Z")
    assert told.exit_code == 0, told.output
    table, _, words = told.stdout.rpartition("\u2518")
    assert max(map(len, table.splitlines())) <= 80
    cells = [line.split("\u2502") for line in table.splitlines() if "\u2502" in line]
    assert "".join(row[2].strip() for row in cells) == long_id
    assert re.search(r"2026-11-05T\d\d:\d\d:\d\dZ", table)
    assert "".join(row[5].strip() for row in cells) == "temperature_celsius"
    assert "1 deviation would" in words


async def test_it_ends_where_what_is_stored_ends(world: World) -> None:
    await world.send(START, NOW + timedelta(hours=8))
    told = await replay("--from", "2026-11-05", "--to", "2026-11-06")
    assert told.exit_code == 0, told.output
    assert "1 deviation would have been told in these 7.8 h" in told.stdout
    assert "It ends at 2026-11-05T07:50:00Z: nothing is stored after it" in told.stdout
    refused = await replay("--from", "2026-11-06", "--to", "2026-11-07")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "Nothing is stored from 2026-11-06T00:00:00Z on.\n",
    )


async def test_before_it_there_is_nothing_to_tell(world: World) -> None:
    await world.send(START, NOW + timedelta(hours=1))
    told = await replay("--from", "2026-11-04T12:00:00Z", "--to", "2026-11-05T01:00:00Z")
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("0 deviations would have been told")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--from", "yesterday"], "--from: 'yesterday' is not like 2026-01-31T12:00:00Z"),
        (["--from", "2026-11-05", "--to", "2026-11-04"], "--from must be before --to."),
        (["--tenant", "Nowhere"], "There is no such tenant"),
    ],
)
async def test_what_it_cannot_do_it_says(world: World, words: list[str], complaint: str) -> None:
    refused = await replay(*words)
    assert refused.exit_code == 1
    assert complaint in refused.stderr
