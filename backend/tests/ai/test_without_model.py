"""Every test that does not start a model has none: all of the suite holds with it switched off."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from tests.remembered import DISK, FAN, Owner

from homepot.ai.device_memory import keeping
from homepot.ai.device_memory.service import Memory
from homepot.core.database import Database
from homepot.core.settings import Settings


async def test_no_model_answers_the_suite(viewer: httpx.AsyncClient, settings: Settings) -> None:
    told = (await viewer.get("/api/ai/status")).json()
    assert told["ollama_url"] == settings.ollama_url
    assert (told["ollama_status"], told["model_server"]) == ("not running", None)
    assert (told["available_models"], told["roles"]) == ([], {})


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
