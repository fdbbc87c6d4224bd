"""Memory of incidents on the real database, with the real Chroma and the model that ships."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest
from sqlalchemy import text

from homepot.access.caller import Caller, system_caller
from homepot.ai.device_memory.index import IndexAway, Kind, PatternIndex
from homepot.ai.device_memory.keeping import Keeper
from homepot.ai.device_memory.patterns import (
    CUT,
    NOTE_CHARACTERS_MAX,
    Answer,
    IncidentPattern,
    Question,
)
from homepot.ai.device_memory.service import Memory
from homepot.ai.device_memory.signature import MetricSign, Signature
from homepot.ai.embedding import Embedder, Embedding, EmbeddingAway, Vectors
from homepot.ai.embedding.service import load
from homepot.core.database import Database
from homepot.core.errors import BadInput, NotFound

NAME = "all-MiniLM-L6-v2"
OTHER = "a-model-of-other-size"
NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)


class OtherEmbedder:
    """A model of another dimension: the words, thrown into 32 boxes."""

    name, dimension = OTHER, 32

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, one in zip(rows, texts, strict=True):
            for word in one.lower().split():
                row[hashlib.sha256(word.encode()).digest()[0] % 32] += 1
        found: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return found


_shipped: list[Embedder] = []


def loader(name: str) -> Embedder:
    if name == OTHER:
        return OtherEmbedder()
    if not _shipped:
        _shipped.append(load(NAME))
    return _shipped[0]


@pytest.fixture
def embedding() -> Iterator[Embedding]:
    made = Embedding(loader)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "with a space" / "chroma_db"


@pytest.fixture
def memory(embedding: Embedding, folder: Path) -> Iterator[Memory]:
    index = PatternIndex(folder)
    yield Memory(embedding, NAME, index)
    index.close()


@pytest.fixture
def keeper(db: Database, memory: Memory, embedding: Embedding) -> Keeper:
    return Keeper(db, memory, embedding, thorough_every_s=0)


class Owner:
    """A tenant and what it remembers."""

    def __init__(self, db: Database, memory: Memory, tenant_id: int) -> None:
        self.db, self.memory, self.tenant_id = db, memory, tenant_id

    @asynccontextmanager
    async def caller(self) -> AsyncIterator[Caller]:
        async with self.db.tenant(self.tenant_id) as tx:
            yield system_caller(tx, self.tenant_id, "a test")

    async def save(self, *given: IncidentPattern) -> None:
        async with self.caller() as caller:
            await self.memory.save_incident_patterns(caller, given)

    async def ask(self, words: str = "", signature: Signature | None = None, **more) -> Answer:
        async with self.caller() as caller:
            question = Question(words, signature, **more)
            return await self.memory.get_similar_patterns(caller, question)

    async def ids(self, words: str = "", signature: Signature | None = None, **more) -> list[str]:
        answer = await self.ask(words, signature, **more)
        return [match.pattern.incident_id for match in answer.matches]


@pytest.fixture
async def owner(db: Database, people, memory: Memory) -> Owner:
    return Owner(db, memory, await people.tenant())


@pytest.fixture
async def neighbour(db: Database, people, memory: Memory) -> Owner:
    return Owner(db, memory, await people.tenant("Orchard"))


def signature(device_type: str = "iot_sensor", hours: float = 4, **metrics: float) -> Signature:
    return Signature(device_type, hours, metrics={n: MetricSign(h) for n, h in metrics.items()})


WARM = signature(temperature_celsius=3.0)
FULL = signature("pos_terminal", 48, disk_percent=4.0)
FAN = IncidentPattern(
    "Cold store warming up, fan motor seized",
    "inc_fan",
    severity="critical",
    started_at=NOON,
    ended_at=NOON + timedelta(hours=4),
    resolution="Fitted a new fan motor",
    effective=True,
    signature=WARM,
)
DISK = IncidentPattern(
    "Disk filling up because log rotation had stopped",
    "inc_disk",
    severity="warning",
    started_at=NOON,
    ended_at=NOON + timedelta(hours=48),
    resolution="Repaired log rotation and purged old logs",
    effective=True,
    signature=FULL,
)


# -- keeping and finding ----------------------------------------------------------------------


@pytest.mark.parametrize("with_chroma", [True, False], ids=["chroma", "exactly"])
async def test_what_looked_alike_is_found_with_what_helped(
    owner: Owner, keeper: Keeper, with_chroma: bool
) -> None:
    if with_chroma:
        await keeper.look()
    await owner.save(FAN, DISK)
    if with_chroma:
        await keeper.look()
    answer = await owner.ask(signature=signature(temperature_celsius=2.0, hours=3))
    assert [match.pattern.incident_id for match in answer.matches] == ["inc_fan"]
    assert answer.recommendation is not None
    assert answer.recommendation.resolution == "Fitted a new fan motor"
    assert answer.recommendation.incident_ids == ["inc_fan"]
    assert (answer.warning is None) == with_chroma


async def test_the_plan_in_its_own_words(owner: Owner) -> None:
    async with owner.caller() as caller:
        saved = await owner.memory.save_incident_pattern(
            caller,
            IncidentPattern(
                "Sensor 1234 temperature spike to 85°C followed by cooling system activation"
            ),
        )
    assert saved.is_new
    assert await owner.ids("sensor temperature anomaly") == [saved.incident_id]
    async with owner.caller() as caller:
        found = await owner.memory.incident(caller, saved.incident_id)
    assert found.category == "temperature"


async def test_nothing_similar_is_an_answer(owner: Owner) -> None:
    await owner.save(FAN, DISK)
    answer = await owner.ask(signature=signature("gateway", 2, packet_loss_percent=6.0))
    assert (answer.matches, answer.recommendation) == ([], None)
    assert answer.nearest_score is not None
    assert answer.nearest_score < 0.5
    assert (await owner.ask("a unicorn in the car park")).matches == []


async def test_the_resolution_that_worked_most_is_recommended(owner: Owner) -> None:
    def case(number: int, resolution: str, effective: bool | None) -> IncidentPattern:
        return IncidentPattern(
            "Cold store warm", f"inc_{number}", resolution=resolution, effective=effective,
            signature=WARM,
        )  # fmt: skip

    await owner.save(
        case(1, "Reset the controller", False),
        case(2, "Reset the controller.", False),
        case(3, "reset the controller", True),
        case(4, "Replaced the evaporator fan", True),
        case(5, "Replaced the evaporator fan.", True),
        case(6, "Waited", None),
    )
    recommendation = (await owner.ask(signature=WARM)).recommendation
    assert recommendation is not None
    assert recommendation.resolution.rstrip(".") == "Replaced the evaporator fan"
    assert (recommendation.worked, recommendation.tried) == (2, 2)
    assert sorted(recommendation.incident_ids) == ["inc_4", "inc_5"]


async def test_the_same_incident_again_is_told_anew_not_twice(owner: Owner, keeper: Keeper) -> None:
    await keeper.look()
    await owner.save(FAN)
    await keeper.look()
    await owner.save(
        IncidentPattern("Card reader dead", "inc_fan", signature=signature(transaction_count=-2))
    )
    assert await owner.ids(signature=WARM) == []  # before the index has heard of it
    await keeper.look()
    assert await owner.ids("card reader dead") == ["inc_fan"]
    assert owner.memory.index is not None
    assert owner.memory.index.count(owner.tenant_id, Kind.HISTORY) == 1


async def test_an_incident_is_not_its_own_likeness_nor_known_before_its_end(owner: Owner) -> None:
    await owner.save(FAN)
    assert await owner.ids(signature=WARM) == ["inc_fan"]
    assert await owner.ids(signature=WARM, without="inc_fan") == []
    assert await owner.ids(signature=WARM, known_by=NOON + timedelta(hours=1)) == []
    assert await owner.ids(signature=WARM, known_by=NOON + timedelta(hours=4)) == ["inc_fan"]


async def test_what_is_deleted_is_gone_everywhere(
    owner: Owner, keeper: Keeper, admin: httpx.AsyncClient, estate
) -> None:
    agent = await estate.agent()
    await keeper.look()
    await owner.save(FAN, IncidentPattern("Disk full", "inc_2", agent.device_id, signature=FULL))
    await keeper.look()
    index = owner.memory.index
    assert index is not None
    async with owner.caller() as caller:
        await owner.memory.forget(caller, "inc_fan")
        with pytest.raises(NotFound):
            await owner.memory.forget(caller, "inc_fan")
    assert [index.count(owner.tenant_id, kind) for kind in Kind] == [1, 1]
    # With its device, past all of our code: the next look finds it out.
    async with owner.db.system() as tx:
        await tx.execute(text("DELETE FROM ai_incident_patterns WHERE device_id IS NOT NULL"))
    assert await owner.ids("disk full") == []
    await keeper.look()
    assert [index.count(owner.tenant_id, kind) for kind in Kind] == [0, 0]


# -- tenants ----------------------------------------------------------------------------------


@pytest.mark.parametrize("with_chroma", [True, False], ids=["chroma", "exactly"])
async def test_tenants_never_see_each_others_incidents(
    owner: Owner, neighbour: Owner, keeper: Keeper, with_chroma: bool
) -> None:
    await owner.save(FAN)
    await neighbour.save(DISK)
    if with_chroma:
        await keeper.look()
    assert await owner.ids(signature=FULL) == await owner.ids("disk filling up") == []
    assert await neighbour.ids(signature=FULL) == ["inc_disk"]
    async with owner.caller() as caller:
        with pytest.raises(NotFound):
            await owner.memory.incident(caller, "inc_disk")
        with pytest.raises(NotFound):
            await owner.memory.forget(caller, "inc_disk")


async def test_a_strangers_vector_in_ones_own_collection_shows_nothing(
    owner: Owner, neighbour: Owner, keeper: Keeper
) -> None:
    """Even an index that mixes everything up proposes rows only, which are read as the asker."""
    await owner.save(FAN)
    await keeper.look()
    index = owner.memory.index
    assert index is not None
    async with owner.db.system() as tx:
        row = (await tx.execute(text("SELECT id, shape FROM ai_incident_patterns"))).one()
    index.put(
        neighbour.tenant_id, Kind.PATTERNS, {row.id: np.frombuffer(row.shape, dtype=np.float32)}
    )
    assert await neighbour.ids(signature=WARM) == []


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


async def test_another_model_takes_over_and_old_answers_stand_until_then(
    db: Database, owner: Owner, keeper: Keeper, embedding: Embedding
) -> None:
    await owner.save(FAN, DISK)
    await keeper.look()
    index = owner.memory.index
    assert index is not None
    memory = Memory(embedding, OTHER, index)
    memory.horizon, memory.index_model = owner.memory.horizon, owner.memory.index_model
    after = Owner(db, memory, owner.tenant_id)
    words = "Cold store warming up, fan motor seized"
    assert (await after.ids(words))[0] == "inc_fan"  # nothing is embedded anew yet
    await Keeper(db, memory, embedding).look()
    assert (await after.ids(words))[0] == "inc_fan"
    async with db.system() as tx:
        rows = await tx.execute(
            text("SELECT DISTINCT embedding_model, length(embedding) FROM ai_incident_patterns")
        )
        assert rows.all() == [(OTHER, 32 * 4)]
    assert index.state() is not None
    assert memory.index_model == OTHER


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
    assert await owner.ids("the fan motor of the cold store is seized") == ["inc_fan"]


# -- what is refused, and what is cut ---------------------------------------------------------


async def test_a_long_note_is_cut_and_says_so(owner: Owner) -> None:
    async with owner.caller() as caller:
        long = IncidentPattern("Kühlung ausgefallen 冷蔵庫 " + "x" * 1_000_000, "inc_long")
        saved = await owner.memory.save_incident_pattern(caller, long)
        assert saved.is_cut
        kept = await owner.memory.incident(caller, "inc_long")
    assert len(kept.description) == NOTE_CHARACTERS_MAX
    assert kept.description.endswith(CUT)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (IncidentPattern("a\0b"), "NUL"),
        (IncidentPattern("words", resolution="a\0b"), "NUL"),
        (IncidentPattern("  "), "neither words nor readings"),
        (IncidentPattern("words", severity="dreadful"), "critical, warning, info"),
        (IncidentPattern("words", "i" * 65), "1 to 64"),
        (IncidentPattern("words", started_at=NOON, ended_at=NOON - timedelta(1)), "before"),
    ],
)
async def test_what_cannot_be_an_incident_is_refused_with_the_reason(
    owner: Owner, given: IncidentPattern, why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        await owner.save(given)


async def test_a_device_of_somebody_else_is_no_device(
    owner: Owner, neighbour: Owner, estate
) -> None:
    agent = await estate.agent()
    with pytest.raises(NotFound):
        await neighbour.save(IncidentPattern("words", device_id=agent.device_id))


async def test_a_question_without_words_or_signature_is_refused(owner: Owner) -> None:
    with pytest.raises(BadInput, match="Say what happened"):
        await owner.ask("  ")
    nothing_seen = Signature("iot_sensor", 4.0)
    with pytest.raises(BadInput, match="Say what happened"):
        await owner.ask(signature=nothing_seen)


@pytest.mark.parametrize(
    "words", ["冷蔵庫のファン", "مروحة التبريد", "\ud800", "'; drop table x", "%_\\"]
)
async def test_words_in_any_language_are_asked_without_harm(owner: Owner, words: str) -> None:
    await owner.save(FAN)
    assert (await owner.ask(words)).nearest_score is not None


# -- through the front door -------------------------------------------------------------------


async def test_people_ask_in_words_or_by_an_incident(
    owner: Owner, viewer: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    again = IncidentPattern("Cold room too warm", "inc_now", signature=WARM)
    await owner.save(FAN, DISK, again)
    answer = await viewer.get("/api/ai/similar", params={"text": "the disk is filling up"})
    assert answer.status_code == 200
    (found,) = answer.json()["similar_past_incidents"]
    assert found["incident_id"] == "inc_disk"
    assert found["resolution"] == "Repaired log rotation and purged old logs"
    assert found["effective"]
    by_incident = await viewer.get("/api/ai/similar", params={"incident_id": "inc_now"})
    assert [one["incident_id"] for one in by_incident.json()["similar_past_incidents"]] == [
        "inc_fan"
    ]
    assert by_incident.json()["recommendation"]["worked"] == 1
    assert (
        await stranger.get("/api/ai/similar", params={"text": "the disk is filling up"})
    ).json()["similar_past_incidents"] == []
    assert (
        await stranger.get("/api/ai/similar", params={"incident_id": "inc_now"})
    ).status_code == 404


@pytest.mark.parametrize(
    "asked", [{}, {"text": "   "}, {"text": "a\0b"}, {"text": "a", "limit": 0}]
)
async def test_what_is_no_question_is_refused(
    viewer: httpx.AsyncClient, asked: dict[str, str | int]
) -> None:
    assert (await viewer.get("/api/ai/similar", params=asked)).status_code == 422


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
