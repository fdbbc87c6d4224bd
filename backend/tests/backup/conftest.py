"""What every test of backups may ask for."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from fastapi import FastAPI
from tests.backup.stage import LONG_AGO, PASSPHRASE, Command, Lived
from typer.testing import CliRunner

from homepot.cli import app as commands
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.settings import Settings
from homepot.telemetry.archive.archiving import Archiver
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake


@pytest.fixture
async def lived(db: Database, app: FastAPI, settings: Settings, people: Any, estate: Any) -> Lived:
    agent = await estate.agent(await estate.site())
    intake = app.state.process.part(Intake)
    one = Lived(settings, db, intake, await people.tenant(), agent.device_id)
    await one.store(LONG_AGO, 1.5)
    await one.store(timedelta(minutes=1), 2.5)
    archiver = Archiver(db.url, Archive.of(settings), 30)
    found = [day async for day in archiver.run(now(), quiet=timedelta(0))]
    assert len(found) == 1
    return one


@pytest.fixture
def homepot(lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Commands of an installation; `at` another one."""
    monkeypatch.setenv("COLUMNS", "200")
    for name in list(os.environ):
        if name.startswith("HOMEPOT_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, at: tuple[str, Path] | None = None) -> Result:
        url, data_dir = at or (lived.url, lived.settings.data_dir)
        variables = {"HOMEPOT_DATABASE_URL": url, "HOMEPOT_DATA": str(data_dir)}
        return CliRunner().invoke(commands, list(words), env=variables)

    return run


@pytest.fixture
def words_file(tmp_path: Path) -> Path:
    path = tmp_path / "the passphrase"
    path.write_text(f"{PASSPHRASE}\nnot this line\n")
    return path


@pytest.fixture(autouse=True)
def no_surroundings() -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if name.startswith("PG")}
    yield
    assert {name: value for name, value in os.environ.items() if name.startswith("PG")} == kept
