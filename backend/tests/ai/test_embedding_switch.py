"""The running product, started with another model of embedding, and with the former one again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.remembered import DISK, FAN, NAME, OTHER, Owner, loader

from homepot.ai.device_memory import keeping
from homepot.ai.device_memory.service import Memory
from homepot.ai.embedding import MODELS, Embedder, Embedding, EmbeddingAway
from homepot.core.database import Database
from homepot.core.settings import Settings
from homepot.main import create_app

BOUND_S = 100
WORDS = "Cold store warming up, fan motor seized"


class Product:
    """The web application, one life after the other on the same data."""

    def __init__(self, settings: Settings, db: Database, tenant_id: int) -> None:
        # A folder of its own: the application of the other fixtures holds theirs.
        folder = settings.data_dir.parent / "product"
        self._settings = settings.model_copy(update={"data_dir": folder})
        self._db, self._tenant_id = db, tenant_id

    @asynccontextmanager
    async def runs(self, model: str) -> AsyncIterator[Owner]:
        own = self._settings.data_dir.parent / f"{model}.yaml"
        own.write_text(f"ai_service: {{embedding: {{model: {model}}}}}")
        app = create_app(self._settings.model_copy(update={"ai_config_path": own}))
        async with app.router.lifespan_context(app):
            yield Owner(self._db, app.state.process.part(Memory), self._tenant_id)


async def until_index_is_of(owner: Owner, model: str) -> None:
    async with asyncio.timeout(BOUND_S):
        while owner.memory.horizon is None or owner.memory.index_model != model:
            await asyncio.sleep(0.05)


@pytest.fixture
def is_installed(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Whether the files of the other model are there. Memory looks often."""
    there = asyncio.Event()

    def load(name: str) -> Embedder:
        if name == OTHER and not there.is_set():
            raise EmbeddingAway("Its files are not there: make it.")
        return loader(name)

    monkeypatch.setattr(keeping, "Embedding", lambda: Embedding(load))
    monkeypatch.setattr(keeping, "MODELS", {**MODELS, OTHER: MODELS[NAME]})
    monkeypatch.setattr(keeping, "OPEN_AFTER_S", 0.0)
    for pause in ("LOOK_EVERY_S", "AGAIN_AFTER_S", "THOROUGH_EVERY_S"):
        monkeypatch.setattr(keeping, pause, 0.05)
    return there


async def test_another_model_and_back_again_without_an_answer_lost(
    settings: Settings, db: Database, people: Any, is_installed: asyncio.Event
) -> None:
    product = Product(settings, db, await people.tenant())
    async with product.runs(NAME) as owner:
        await owner.save(FAN, DISK)
        await until_index_is_of(owner, NAME)
    async with product.runs(OTHER) as owner:
        await until_index_is_of(owner, NAME)
        answer = await owner.ask(WORDS)
        assert answer.matches[0].pattern.incident_id == "inc_fan"
        assert answer.matches[0].by_words is not None
        assert answer.warning == (
            f"Its files are not there: make it. Words are compared by {NAME} alone."
        )
        is_installed.set()
        await until_index_is_of(owner, OTHER)
        answer = await owner.ask(WORDS)
        assert (answer.matches[0].pattern.incident_id, answer.warning) == ("inc_fan", None)
        assert answer.matches[0].pattern.embedding_model == OTHER
    async with product.runs(NAME) as owner:
        await until_index_is_of(owner, NAME)
        answer = await owner.ask(WORDS)
        assert (answer.matches[0].pattern.incident_id, answer.warning) == ("inc_fan", None)
        assert answer.matches[0].pattern.embedding_model == NAME
