"""`homepot ask` while HOMEPOT runs on the same data folder: that answers, the command prints."""

import asyncio
import json
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from homepot.ai.llm.doors.fake_door import FakeDoor
from homepot.ai.llm.service import LlmService
from homepot.ask import commands, near, typed
from homepot.cli import app as cli
from homepot.core.settings import Settings


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a short name, as the kernel wants it of a socket."""
    path = Path(tempfile.mkdtemp(prefix="ask near "))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def settings(database_url: str, folder: Path) -> Settings:
    return Settings.model_validate({"database_url": database_url, "data_dir": folder})


@pytest.fixture
async def typing(
    app: FastAPI, people: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Types a command while the application runs in this process."""
    del app
    await people.tenant()
    assert settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("HOMEPOT_DATA", str(settings.data_dir))
    monkeypatch.setattr(
        commands, "answered", lambda *_: pytest.fail("it was to ask the running one")
    )

    async def typed_in(*words: str) -> Any:
        return await asyncio.to_thread(CliRunner().invoke, cli, ["ask", *words])

    return typed_in


async def test_the_running_one_answers(typing: Any) -> None:
    told = await typing("how many devices are there", "--explain")
    assert told.exit_code == 0, told.output
    assert told.output.startswith("There are 0 devices.")
    assert "Understood as: how many devices" in told.output
    whole = json.loads((await typing("how many devices are there", "--json")).output)
    assert whole["result"]["value"] == 0
    assert whole["narration"]["state"] == "not_asked"


async def test_what_cannot_be_is_refused_in_a_sentence(typing: Any) -> None:
    told = await typing("how many devices are there", "--mode", "poetic")
    assert told.exit_code == 1
    assert "poetic" in told.output
    told = await typing("how many devices are there", "--tenant", "Nobody")
    assert told.exit_code == 1
    assert told.output.startswith("There is no such tenant")


async def test_words_of_a_model_follow_or_why_there_are_none(app: FastAPI, typing: Any) -> None:
    llm = app.state.process.part(LlmService)
    llm.door = FakeDoor(answer=lambda _: "There are 0 devices.")
    told = await typing("how many devices are there", "--words")
    assert "In the words of fake:small:\nThere are 0 devices." in told.output
    llm.door = FakeDoor(answer=lambda _: "There are 7 sites.")
    told = await typing("how many sites are there", "--words")
    assert "its words are not shown" in told.output
    assert "7" in told.output.partition("not shown:")[2]


async def test_the_socket_is_its_owners_alone_and_goes_with_the_process(
    app: FastAPI, settings: Settings
) -> None:
    del app
    path = near.socket_of(settings.data_dir)
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


async def test_another_database_is_not_answered_for(app: FastAPI, settings: Settings) -> None:
    del app

    def ask(database: str | None, **more: Any) -> list[dict[str, Any]]:
        asked = {"question": "how many devices are there", "database": database, **more}
        return list(near.ask(settings.data_dir, asked))

    with pytest.raises(near.NobodyNear):
        await asyncio.to_thread(ask, near.mark_of("postgresql://elsewhere"))
    (refused,) = await asyncio.to_thread(ask, None, verse=True)
    assert "verse" in refused["problem"]


def test_where_nobody_runs_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(near.NobodyNear):
        list(near.ask(tmp_path, {"question": "how many"}))


def test_the_zone_of_this_machine_is_read_from_its_clock(tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert typed.here(link) == "Europe/Berlin"
    link.unlink()
    link.symlink_to("/somewhere/zoneinfo/No/Where")
    assert typed.here(link) is None
    assert typed.here(tmp_path / "none") is None
