"""Everything that is kept of a device, a user or a tenant: given out, erased, and nobody else's."""

import asyncio
import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from fastapi import FastAPI
from sqlalchemy import text
from typer.testing import CliRunner

from homepot.cli import app as commands
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.settings import Settings
from homepot.privacy import jobs, service
from homepot.telemetry.archive.archiving import Archiver
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.rows import from_rows
from homepot.telemetry.intake.service import Intake

Command = Callable[..., Any]
AGES = (timedelta(days=40), timedelta(minutes=5))


@pytest.fixture
async def town(
    db: Database, app: FastAPI, settings: Settings, people: Any, estate: Any
) -> dict[str, str]:
    """Two devices with readings of now and in one file of the archive."""
    site_id = await estate.site()
    ids = [(await estate.agent(site_id)).device_id for _ in range(2)]
    rows = [
        {"device_id": one, "timestamp": (now() - age).isoformat(), "metrics": {"odd": 1.5}}
        for one in ids
        for age in AGES
    ]
    intake, tenant_id = app.state.process.part(Intake), await people.tenant()
    receipt = await intake.take(tenant_id, from_rows(rows, None), now())
    assert receipt.outcome.stored == 4
    # the newest of each is written a moment after the receipt
    for _ in range(600):
        if (await _rows(db, "SELECT count(DISTINCT device_id) FROM device_latest"))[0][0] == 2:
            break
        await asyncio.sleep(0.05)
    archiver = Archiver(db.url, Archive.of(settings), 30)
    assert len([day async for day in archiver.run(now(), quiet=timedelta(0))]) == 1
    return {"gone": ids[0], "stays": ids[1], "tenant": str(tenant_id)}


@pytest.fixture
def homepot(db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("HOMEPOT_DATABASE_URL", db.url)
    monkeypatch.setenv("HOMEPOT_DATA", str(settings.data_dir))
    monkeypatch.setenv("COLUMNS", "200")

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, commands, ["privacy", *words])

    return run


async def _rows(db: Database, query: str) -> list[Any]:
    async with db.system() as tx:
        return [tuple(row) for row in await tx.execute(text(query))]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_a_device_is_given_out_and_erased_and_its_neighbour_stays(
    town: dict[str, str], homepot: Command, db: Database, settings: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "what is kept"
    done = await homepot("export", "device", town["gone"], str(out))
    assert done.exit_code == 0, done.output
    (device,) = lines(out / "devices.jsonl")
    assert device["public_id"] == town["gone"]
    assert not any("digest" in row for row in lines(out / "device_keys.jsonl"))
    (readings,) = (out / "readings" / "metrics").iterdir()
    assert town["gone"] in readings.name
    assert gzip.decompress(readings.read_bytes()).count(b"1.5") == 2
    done = await homepot("erase", "device", town["gone"], "--yes")
    assert done.exit_code == 0, done.output
    assert "2 reports and 1 archive file" in done.output
    left = await _rows(db, "SELECT public_id FROM devices")
    assert left == [(town["stays"],)]
    for table in ("device_metrics", "device_latest", "device_keys"):
        found = await _rows(db, f"SELECT count(DISTINCT device_id) FROM {table}")
        assert found[0][0] <= 1, table
    assert await _rows(db, "SELECT row_count FROM archive_files WHERE state = 'current'") == [(1,)]
    files = list((settings.data_dir / "archive").rglob("*.parquet"))
    assert len(files) == 1
    again = await homepot("erase", "device", town["gone"], "--yes")
    assert again.exit_code == 1
    assert "no device" in again.output


async def test_a_user_is_given_out_and_erased_but_not_the_last_admin(
    people: Any, admin: httpx.AsyncClient, homepot: Command, db: Database, tmp_path: Path
) -> None:
    person = await people.add("operator", username="ada")
    browser = people.anonymous()
    await people.sign_in(browser, "ada")
    site = await browser.post("/api/sites", json={"name": "Hers", "timezone": "UTC"})
    assert site.status_code == 201
    await people.add("viewer", username="zoe")
    out = tmp_path / "ada"
    done = await homepot("export", "user", "ada", str(out))
    assert done.exit_code == 0, done.output
    (user,) = lines(out / "users.jsonl")
    assert user["username"] == "ada"
    assert "password_hash" not in user
    assert len(lines(out / "sessions.jsonl")) == 1
    assert {"site.created"} <= {row["action"] for row in lines(out / "audit_log.jsonl")}
    done = await homepot("erase", "user", "ada", "--yes")
    assert done.exit_code == 0, done.output
    assert (await browser.get("/api/devices")).status_code == 401
    assert await _rows(db, f"SELECT count(*) FROM users WHERE id = {person.id}") == [(0,)]
    assert await _rows(db, "SELECT count(*) FROM users WHERE username = 'zoe'") == [(1,)]
    (last,) = await _rows(db, "SELECT username FROM users WHERE role = 'admin'")
    refused = await homepot("erase", "user", last[0], "--yes")
    assert refused.exit_code == 1
    assert "last admin" in refused.output
    async with db.engine.connect() as bare:  # the isolation binds again
        assert (await bare.execute(text("SELECT count(*) FROM users"))).scalar_one() == 0


async def test_a_tenant_goes_whole_and_the_others_keep_everything(
    town: dict[str, str],
    people: Any,
    stranger: httpx.AsyncClient,
    homepot: Command,
    db: Database,
    settings: Settings,
    tmp_path: Path,
) -> None:
    theirs = await stranger.post("/api/sites", json={"name": "Orchard", "timezone": "UTC"})
    assert theirs.status_code == 201
    refused = await homepot("export", "tenant", "Nowhere", str(tmp_path / "n"))
    assert refused.exit_code == 1
    out = tmp_path / "all of it"
    done = await homepot("export", "tenant", "Harbour", str(out))
    assert done.exit_code == 0, done.output
    assert {row["public_id"] for row in lines(out / "devices.jsonl")} == {
        town["gone"],
        town["stays"],
    }
    assert "Orchard" not in "".join(one.read_text() for one in out.glob("*.jsonl"))
    done = await homepot("erase", "tenant", "Harbour", "--yes")
    assert done.exit_code == 0, done.output
    kept = await _rows(
        db,
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE a.attname = 'tenant_id' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        " AND c.relnamespace = 'public'::regnamespace",
    )
    for (table,) in kept:
        found = await _rows(
            db, f"SELECT count(*) FROM {table} WHERE tenant_id = {int(town['tenant'])}"
        )
        assert found == [(0,)], table
    assert await _rows(db, "SELECT name FROM tenants") == [("Orchard",)]
    assert await _rows(db, "SELECT name FROM sites") == [("Orchard",)]
    assert await _rows(db, "SELECT count(*) FROM device_metrics") == [(0,)]
    assert list((settings.data_dir / "archive").rglob("*.parquet")) == []
    assert (await stranger.get("/api/audit")).status_code == 200
    unbound = await _rows(
        db,
        "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
        " AND relnamespace = 'public'::regnamespace",
    )
    assert unbound == []
    idle = await _rows(
        db, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'"
    )
    assert idle == []


async def test_a_reading_that_is_on_its_way_while_its_device_is_erased_does_not_stay(
    town: dict[str, str], db: Database, app: FastAPI, settings: Settings
) -> None:
    """The intake has checked the device; it is erased; only then is the reading committed."""
    intake, tenant_id = app.state.process.part(Intake), int(town["tenant"])
    gone, stays = town["gone"], town["stays"]
    numbers = await intake.directory.numbers(tenant_id, [gone, stays])
    on_its_way = _PausedWriter(intake.writer)
    intake.writer = on_its_way
    rows = [
        {"device_id": one, "timestamp": now().isoformat(), "metrics": {"odd": 2.5}}
        for one in (gone, stays)
    ]
    sending = asyncio.create_task(intake.take(tenant_id, from_rows(rows, None), now()))
    await asyncio.wait_for(on_its_way.reached.wait(), 60)
    archive = Archive.of(settings)
    assert (await service.erase_device(db, archive, tenant_id, gone)).devices == 1
    on_its_way.go.set()
    assert (await sending).outcome.stored == 2
    await intake.aftermath.write(now())
    of_gone = f"WHERE device_id = {numbers[gone]}"
    for table in ("device_metrics", "device_latest"):  # it came back
        assert await _rows(db, f"SELECT count(*) FROM {table} {of_gone}") == [(1,)], table
    (loop,) = jobs.loops(settings)
    await loop.run(db, now())
    tables = await _rows(
        db,
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE a.attname = 'device_id' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        " AND a.atttypid = 'int4'::regtype AND c.relnamespace = 'public'::regnamespace",
    )
    assert ("device_metrics",) in tables
    for (table,) in tables:
        assert await _rows(db, f"SELECT count(*) FROM {table} {of_gone}") == [(0,)], table
    of_neighbour = f"WHERE device_id = {numbers[stays]}"
    assert await _rows(db, f"SELECT count(*) FROM device_metrics {of_neighbour}") == [(2,)]
    assert await _rows(db, f"SELECT count(*) FROM device_latest {of_neighbour}") == [(1,)]
    assert await service.erase_left_behind(db, archive) == 0


class _PausedWriter:
    """A writer that waits for a word before it stores."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self.reached, self.go = asyncio.Event(), asyncio.Event()

    async def write(self, blocks: Any) -> Any:
        self.reached.set()
        await asyncio.wait_for(self.go.wait(), 60)
        return await self._writer.write(blocks)


async def test_nothing_is_erased_without_a_word(town: dict[str, str], homepot: Command) -> None:
    done = await homepot("erase", "device", town["gone"])
    assert done.exit_code == 1
    assert "To be erased for good" in done.output
