"""Chroma deleted, corrupt, behind, or of another model: what it costs, and how it is mended."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from tests.remembered import DISK, FAN, FULL, NAME, OTHER, WARM, OtherEmbedder, Owner, loader

from homepot.ai.device_memory.feature import FEATURE
from homepot.ai.device_memory.index import IndexAway, Kind, PatternIndex
from homepot.ai.device_memory.keeping import Keeper, known_model
from homepot.ai.device_memory.patterns import IncidentPattern
from homepot.ai.device_memory.service import Memory
from homepot.ai.embedding import Embedder, Embedding, EmbeddingAway, Vectors
from homepot.core.database import Database
from homepot.core.settings import Settings, SettingsError

# -- Chroma away ------------------------------------------------------------------------------


def broken(folder: Path, how: str) -> None:
    if how == "deleted":
        shutil.rmtree(folder)
    elif how == "corrupt":
        for path in folder.rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                path.write_bytes(os.urandom(4_000))
    elif how == "no folder":
        shutil.rmtree(folder)
        folder.write_text("a file stands here")


def may_be_written(folder: Path, by_anybody: bool) -> None:
    for path in [folder, *folder.rglob("*")]:
        readable = 0o555 if path.is_dir() else 0o444
        path.chmod(readable | 0o222 if by_anybody else readable)


@pytest.mark.parametrize("how", ["deleted", "corrupt", "no folder"])
@pytest.mark.parametrize("when", ["while running", "between runs"])
async def test_a_broken_folder_costs_no_answer_and_is_mended(
    owner: Owner, keeper: Keeper, embedding: Embedding, folder: Path, how: str, when: str
) -> None:
    await owner.save(FAN, DISK)
    await keeper.look()
    memory = owner.memory
    assert memory.index is not None
    if when == "between runs":
        memory.index.close()
        broken(folder, how)
        memory.horizon = None
    else:
        broken(folder, how)
    assert await owner.ids(signature=WARM) == ["inc_fan"]
    await keeper.look()
    if how == "no folder":
        assert (await owner.ask(signature=WARM)).warning is not None
        await asyncio.to_thread(folder.unlink)
    async with asyncio.timeout(60):
        while (await owner.ask(signature=WARM)).warning is not None:
            await keeper.look()
    assert await owner.ids(signature=WARM) == ["inc_fan"]
    assert memory.index.count(owner.tenant_id, Kind.HISTORY) == 2


async def test_a_folder_that_may_not_be_written_costs_no_answer(
    owner: Owner,
    keeper: Keeper,
    folder: Path,
    beyond_root: Callable[[], AbstractContextManager[None]],
) -> None:
    await owner.save(FAN)
    await keeper.look()
    may_be_written(folder, False)
    await owner.save(DISK)
    with beyond_root():
        await keeper.look()
        answer = await owner.ask(signature=FULL)
        assert [match.pattern.incident_id for match in answer.matches] == ["inc_disk"]
        assert answer.warning is not None
        assert "in PostgreSQL instead" in answer.warning
    may_be_written(folder, True)
    await keeper.look()
    assert (await owner.ask(signature=FULL)).warning is None
    assert owner.memory.index is not None
    assert owner.memory.index.count(owner.tenant_id, Kind.HISTORY) == 2


async def test_what_another_process_saves_is_found_at_once_and_indexed_soon(
    db: Database, owner: Owner, keeper: Keeper, embedding: Embedding
) -> None:
    """The worker has no index: it writes rows, with their vectors, and the index follows them."""
    await keeper.look()
    worker = Owner(db, Memory(embedding, NAME), owner.tenant_id)
    await worker.save(FAN)
    answer = await owner.ask(signature=WARM)
    assert [match.pattern.incident_id for match in answer.matches] == ["inc_fan"]
    assert answer.warning is None
    index = owner.memory.index
    assert index is not None
    assert index.count(owner.tenant_id, Kind.HISTORY) == 0
    await keeper.look()
    assert [index.count(owner.tenant_id, kind) for kind in Kind] == [1, 1]
    async with worker.caller() as caller:
        await worker.memory.forget(caller, "inc_fan")
    assert await owner.ids(signature=WARM) == []
    await keeper.look()
    assert [index.count(owner.tenant_id, kind) for kind in Kind] == [0, 0]


async def test_what_happened_while_chroma_was_closed_is_caught_up(
    owner: Owner, keeper: Keeper
) -> None:
    await owner.save(FAN)
    await keeper.look()
    memory = owner.memory
    assert memory.index is not None
    memory.index.close()
    memory.horizon = None
    async with owner.caller() as caller:
        await memory.forget(caller, "inc_fan")
    await owner.save(DISK)
    await keeper.look()
    kept = memory.index.ids(owner.tenant_id, Kind.HISTORY)
    async with owner.db.system() as tx:
        rows = await tx.execute(text("SELECT id FROM ai_incident_patterns"))
        assert kept == set(rows.scalars())


async def test_one_process_holds_the_folder(keeper: Keeper, folder: Path) -> None:
    await keeper.look()
    with pytest.raises(IndexAway, match="Another process"):
        PatternIndex(folder).open()


async def test_a_database_that_is_older_than_the_folder_builds_it_anew(
    owner: Owner, keeper: Keeper
) -> None:
    await owner.save(FAN)
    await keeper.look()
    index = owner.memory.index
    assert index is not None
    state = index.state()
    assert state is not None
    index.put_state(type(state)(state.model, state.horizon + 1_000_000))
    index.put(owner.tenant_id, Kind.HISTORY, {999_999: np.ones(384, np.float32)})
    await keeper.look()
    assert index.count(owner.tenant_id, Kind.HISTORY) == 1


# -- the model --------------------------------------------------------------------------------


async def models_in_use(db: Database) -> dict[str, int]:
    async with db.system() as tx:
        rows = await tx.execute(
            text("SELECT DISTINCT embedding_model, length(embedding) FROM ai_incident_patterns")
        )
        return {model: size // 4 for model, size in rows}


async def test_another_model_takes_over_and_old_answers_stand_until_then(
    db: Database, owner: Owner, keeper: Keeper, embedding: Embedding
) -> None:
    await owner.save(FAN, DISK)
    await keeper.look()
    index = owner.memory.index
    assert index is not None
    words = "Cold store warming up, fan motor seized"
    size_before, before = 384, NAME
    for name, size in ((OTHER, 32), (NAME, 384)):  # there, and back again
        memory = Memory(embedding, name, index)
        keeper, after = Keeper(db, memory, embedding, 0), Owner(db, memory, owner.tenant_id)
        await keeper.look()  # nothing is embedded anew yet
        assert (memory.index_model, await models_in_use(db)) == (before, {before: size_before})
        answer = await after.ask(words)
        assert (answer.matches[0].pattern.incident_id, answer.warning) == ("inc_fan", None)
        # What is new has a vector of the new model alone, and is found all the same.
        await after.save(IncidentPattern("The printer has jammed", f"inc_{name}"))
        for _ in range(2):
            assert (await after.ids("the printer has jammed"))[0].startswith("inc_")
            await keeper.look()
        await keeper.embed_what_waits()
        await keeper.look()
        assert (memory.index_model, await models_in_use(db)) == (name, {name: size})
        answer = await after.ask(words)
        assert (answer.matches[0].pattern.incident_id, answer.warning) == ("inc_fan", None)
        async with db.system() as tx:
            count = (await tx.execute(text("SELECT count(*) FROM ai_incident_patterns"))).scalar()
        assert index.count(owner.tenant_id, Kind.HISTORY) == count
        assert embedding.loaded == [name]  # the former one has left memory
        before, size_before = name, size


async def test_who_has_no_index_knows_the_words_of_both_models_while_one_takes_over(
    db: Database, owner: Owner, embedding: Embedding
) -> None:
    await owner.save(FAN)
    worker = Owner(db, Memory(embedding, OTHER), owner.tenant_id)
    await worker.save(IncidentPattern("The printer has jammed", "inc_paper"))
    assert (await worker.ids("fan motor of the cold store seized"))[0] == "inc_fan"
    assert (await worker.ids("the printer has jammed"))[0] == "inc_paper"


async def test_an_incident_told_anew_while_it_is_embedded_keeps_its_newer_vector(
    db: Database, owner: Owner
) -> None:
    await owner.save(FAN)
    saving = asyncio.get_running_loop()
    given: list[int] = []

    class Interrupted(OtherEmbedder):
        """While the old words are on their way somebody tells the incident anew."""

        def embed(self, texts: Sequence[str]) -> Vectors:
            found = super().embed(texts)
            given.append(len(texts))
            if len(given) == 1:
                newer = replace(FAN, description="The printer has jammed")
                teller = Owner(db, Memory(elsewhere, OTHER), owner.tenant_id)
                asyncio.run_coroutine_threadsafe(teller.save(newer), saving).result(60)
            return found

    elsewhere = Embedding(loader)
    embedding = Embedding(lambda _: Interrupted())
    try:
        await Keeper(db, Memory(embedding, OTHER), embedding).embed_what_waits()
        assert given == [1]
        memory = Owner(db, Memory(elsewhere, OTHER), owner.tenant_id)
        (match,) = (await memory.ask("The printer has jammed")).matches
        (wanted,) = OtherEmbedder().embed([f"The printer has jammed {FAN.resolution}"])
        assert match.pattern.embedding == pytest.approx(wanted)
    finally:
        embedding.close()
        elsewhere.close()


async def test_a_question_waits_for_few_texts_of_those_that_are_embedded_anew(
    db: Database, owner: Owner
) -> None:
    sizes: list[int] = []

    class Counting(OtherEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            sizes.append(len(texts))
            return super().embed(texts)

    await owner.save(*(IncidentPattern(f"Trouble {n}", f"inc_{n}") for n in range(11)))
    embedding = Embedding(lambda _: Counting())
    await Keeper(db, Memory(embedding, OTHER), embedding).embed_what_waits()
    embedding.close()
    assert (sum(sizes), max(sizes)) == (11, 4)
    assert await models_in_use(db) == {OTHER: 32}


async def test_a_model_that_is_away_leaves_the_metrics(
    db: Database, owner: Owner, folder: Path
) -> None:
    def nothing(_: str) -> Embedder:
        raise EmbeddingAway

    away = Embedding(nothing)
    poor = Owner(db, Memory(away, NAME), owner.tenant_id)
    await poor.save(FAN)
    answer = await poor.ask(signature=WARM)
    assert [match.pattern.incident_id for match in answer.matches] == ["inc_fan"]
    assert answer.warning is not None
    assert "Words were left out of account." in answer.warning
    assert answer.matches[0].by_words is None
    away.close()


async def test_what_was_saved_without_a_vector_gets_one_later(
    db: Database, owner: Owner, keeper: Keeper
) -> None:
    await owner.save(FAN)
    async with db.system() as tx:
        await tx.execute(
            text("UPDATE ai_incident_patterns SET embedding = NULL, embedding_model = NULL")
        )
    await keeper.look()
    await keeper.embed_what_waits()
    await keeper.look()
    answer = await owner.ask("the fan motor of the cold store is seized")
    assert [match.pattern.incident_id for match in answer.matches] == ["inc_fan"]
    assert owner.memory.index is not None
    assert owner.memory.index.count(owner.tenant_id, Kind.HISTORY) == 1


def test_a_model_that_nobody_knows_is_refused_at_the_start(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("ai_service: {embedding: {model: all-mpnet-base-v3}}")
    settings = Settings.model_validate({"data_dir": tmp_path, "ai_config_path": own})
    with pytest.raises(SettingsError, match="all-MiniLM-L6-v2, all-mpnet-base-v2"):
        known_model(settings)
    assert known_model in FEATURE.checks


# -- building anew ----------------------------------------------------------------------------


async def test_the_plans_command_builds_the_folder(
    owner: Owner, folder: Path, database_url: str, tmp_path: Path
) -> None:
    await owner.save(FAN, DISK)
    command = [sys.executable, "-m", "homepot.ai.init_chromadb"]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "HOMEPOT_DATA": str(tmp_path / "var"),
        "CHROMADB_PATH": str(folder),
    }
    run = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert "2 in device_patterns, 2 in incident_history" in run.stdout
    index = PatternIndex(folder)
    index.open()
    assert index.tenants() == [owner.tenant_id]
    refused = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True
    )
    assert refused.returncode == 1
    assert "Stop it first" in refused.stderr
    index.close()
