"""Every test that does not start a model has it switched off: so does all of the suite, with its
questions, its incidents and its memory."""

import asyncio
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from tests.remembered import DISK, FAN, Owner
from typer.testing import CliRunner

from homepot.ai.device_memory import keeping
from homepot.ai.device_memory.service import Memory
from homepot.ai.llm.gate import Facts
from homepot.ai.llm.narrator import retell
from homepot.ai.llm.running import asking
from homepot.cli import app as homepot
from homepot.core.database import Database
from homepot.core.settings import Settings
from homepot.doctor.models import models as look_at_models
from homepot.up.parts import has_model_server


async def test_the_suite_has_the_model_switched_off(
    viewer: httpx.AsyncClient, settings: Settings
) -> None:
    told = (await viewer.get("/api/ai/status")).json()
    assert told["ai_enabled"] is False
    assert told["ollama_url"] == settings.ollama_url
    assert (told["ollama_status"], told["model_server"]) == ("not running", None)
    assert (told["available_models"], told["roles"]) == ([], {})


@pytest.fixture
def doors() -> Iterator[list[socket.socket]]:
    """Where Ollama and our own server could be; who knocks is let in and told nothing."""
    given = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    yield given
    for one in given:
        one.close()


@pytest.mark.parametrize("is_on", [True, False])
async def test_what_is_switched_off_is_not_even_knocked_at(
    doors: list[socket.socket], tmp_path: Path, is_on: bool
) -> None:
    ollama, own = (one.getsockname()[1] for one in doors)
    given = {"data_dir": tmp_path, "ai_enabled": is_on, "model_server_port": own,
             "ollama_url": f"http://127.0.0.1:{ollama}"}  # fmt: skip
    facts = Facts(["till_1 is online."], devices=["till_1"])
    async with asking(Settings.model_validate(given)) as llm:
        told = await retell(llm, facts, "till_1 is online.", manner="Be brief.", user="a test")
    assert (told.text, told.by) == ("till_1 is online.", "template")
    if not is_on:
        assert "AI_ENABLED=false" in told.refused[0]
    knocked = await asyncio.to_thread(select.select, doors, [], [], 0)
    assert bool(knocked[0]) is is_on


def test_no_model_is_served_where_it_is_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path))
    monkeypatch.setenv("AI_ENABLED", "false")
    done = CliRunner().invoke(homepot, ["llm", "serve"])
    assert done.exit_code == 1
    assert "AI_ENABLED is false" in done.output
    settings = Settings.model_validate({"data_dir": tmp_path, "ai_enabled": False})
    assert not has_model_server(settings)
    assert has_model_server(settings.model_copy(update={"ai_enabled": True}))
    found = look_at_models(settings)
    assert found.ok
    assert found.detail.startswith("AI_ENABLED is false")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory opens its index at once, and looks often."""
    monkeypatch.setattr(keeping, "OPEN_AFTER_S", 0.0)
    monkeypatch.setattr(keeping, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(keeping, "AGAIN_AFTER_S", 0.05)


async def test_memory_finds_what_is_similar_and_the_status_counts_its_vectors(
    hurried: None, app: FastAPI, people, viewer: httpx.AsyncClient, db: Database
) -> None:
    memory = app.state.process.part(Memory)
    await Owner(db, memory, await people.tenant()).save(FAN, DISK)
    await Owner(db, memory, await people.tenant("Orchard")).save(FAN)
    async with asyncio.timeout(100):
        while (told := (await viewer.get("/api/ai/status")).json())["total_embeddings"] != 4:
            await asyncio.sleep(0.05)
    assert told["chromadb_status"] == "connected"
    assert told["chromadb_problem"] is None
    assert told["chromadb_collections"] == 2
    similar = await viewer.post("/api/ai/similar", json={"text": FAN.description})
    assert similar.json()["warning"] is None
    assert [one["incident_id"] for one in similar.json()["similar_past_incidents"]] == ["inc_fan"]
