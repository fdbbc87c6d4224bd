"""Similar incidents among 100,000 remembered ones of one tenant, and what a text's vector costs.

Words and signatures are drawn at random from those that incidents have; the vectors of the words
are those of real sentences, moved a little, so that many are near each other as in life. A search
asks by signature and by words, as a new incident does; its words' vector is counted apart. It is
compared with the exact search in PostgreSQL: in time, and in how many of the five best it finds.
Embedding is compared with the plan's 100 ms a document.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from report import Row
from sqlalchemy import insert
from stage import data_folder

from homepot.access.caller import system_caller
from homepot.ai.device_memory.index import PatternIndex
from homepot.ai.device_memory.keeping import Keeper
from homepot.ai.device_memory.patterns import Question
from homepot.ai.device_memory.service import Memory
from homepot.ai.device_memory.shape import vector_of
from homepot.ai.device_memory.signature import MetricSign, Signature
from homepot.ai.device_memory.tables import ai_incident_patterns
from homepot.ai.embedding import Embedding, Vectors
from homepot.ai.embedding.service import load
from homepot.core.database import Database
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.core.tables import tenants

INCIDENTS = int(os.environ.get("INCIDENTS", "100000"))
QUESTIONS = 300
EXACT_QUESTIONS = 20
MODEL = "all-MiniLM-L6-v2"
PLAN_EMBEDDING_MS = 100.0
METRICS = (
    "cpu_percent", "memory_percent", "disk_percent", "network_latency_ms", "packet_loss_percent",
    "error_rate", "transaction_count", "temperature_celsius", "humidity_percent",
    "battery_percent", "vibration_mm_s", "power_watts",
)  # fmt: skip
TYPES = ("pos_terminal", "iot_sensor", "gateway", "industrial_controller", "server")
THINGS = ("fan", "card reader", "mains adapter", "bearing", "log rotation", "probe", "uplink")
STATES = ("failed", "was loose", "had worn out", "had stopped", "was set wrongly", "was blocked")
SIGNS = ("too warm", "slow", "silent for hours", "without sales", "nearly full", "shaking")


class Drawn:
    """Incidents drawn at random, and as many questions as are asked."""

    def __init__(self, sentences: Vectors) -> None:
        self._random = np.random.default_rng(6)
        self._sentences = sentences

    def signature(self) -> Signature:
        random = self._random
        names = random.choice(METRICS, size=int(random.integers(1, 4)), replace=False)
        signs = {
            str(name): MetricSign(
                height=float(random.choice([-1, 1]) * random.lognormal(0.5, 0.8)),
                ramp=float(random.random()),
                onset=float(random.random()),
            )
            for name in names
        }
        return Signature(
            str(random.choice(TYPES)),
            hours=float(random.lognormal(2, 1)),
            is_cold=bool(random.random() < 0.1),
            metrics=signs,
        )

    def words(self, random: np.random.Generator | None = None) -> Vectors:
        random = random or self._random
        base = self._sentences[int(random.integers(len(self._sentences)))]
        moved = base + random.normal(size=len(base)).astype(np.float32) * np.float32(0.02)
        found: Vectors = moved / np.linalg.norm(moved)
        return found


class Ready:
    """An embedder whose answer is there already, the same for the same text: what is left is the
    search."""

    name, dimension = MODEL, 384

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack(
            [self._drawn.words(np.random.default_rng(crc32(text.encode()))) for text in texts]
        )


async def remember(database: Database, drawn: Drawn) -> int:
    async with database.system() as tx:
        made = insert(tenants).values(name="Bench").returning(tenants.c.id)
        tenant_id: int = (await tx.execute(made)).scalar_one()
    for begin in range(0, INCIDENTS, 1_000):
        rows = []
        for number in range(begin, min(begin + 1_000, INCIDENTS)):
            signature = drawn.signature()
            rows.append(
                {
                    "tenant_id": tenant_id,
                    "incident_id": f"inc_{number}",
                    "category": "other",
                    "pattern_description": "The fan failed",
                    "resolution": "Fitted a new one",
                    "effective": True,
                    "signature": signature.as_json(),
                    "shape": vector_of(signature).tobytes(),
                    "embedding": drawn.words().tobytes(),
                    "embedding_model": MODEL,
                }
            )
        async with database.system() as tx:
            await tx.execute(insert(ai_incident_patterns), rows)
    return tenant_id


async def asked(
    database: Database, memory: Memory, tenant_id: int, question: Question
) -> tuple[float, set[str]]:
    """Milliseconds of one search, in a transaction that is open, as a request has it; the best."""
    async with database.tenant(tenant_id) as tx:
        caller = system_caller(tx, tenant_id, "bench")
        began = time.perf_counter()
        answer = await memory.get_similar_patterns(caller, question)
        spent = (time.perf_counter() - began) * 1e3
    return spent, {match.pattern.incident_id for match in answer.matches}


async def search_rows(database: Database, folder: Path, drawn: Drawn) -> list[Row]:
    tenant_id = await remember(database, drawn)
    embedding = Embedding(lambda _: Ready(drawn))
    memory = Memory(embedding, MODEL, PatternIndex(folder / "chroma_db"))
    assert memory.index is not None
    questions = [Question(f"question {n}", drawn.signature()) for n in range(QUESTIONS)]
    exact = [await asked(database, memory, tenant_id, one) for one in questions[:EXACT_QUESTIONS]]
    began = time.perf_counter()
    await Keeper(database, memory, embedding).look()
    built_s = time.perf_counter() - began
    for one in questions[-20:]:
        await asked(database, memory, tenant_id, one)
    indexed = [await asked(database, memory, tenant_id, one) for one in questions]
    size = sum(path.stat().st_size for path in memory.index.folder.rglob("*") if path.is_file())
    memory.index.close()
    embedding.close()
    many = f"{INCIDENTS:,} incidents"
    slow = float(np.median([spent for spent, _ in exact]))
    p50, p95 = np.quantile([spent for spent, _ in indexed], [0.5, 0.95]).tolist()
    wanted = sum(len(best) for _, best in exact)
    found = sum(len(one & other) for (_, one), (_, other) in zip(exact, indexed, strict=False))
    return [
        Row(f"memory: search among {many}, p50", p50, "ms", "exactly, in PostgreSQL", slow),
        Row(f"memory: search among {many}, p95", p95, "ms", "exactly, in PostgreSQL", slow),
        Row(f"memory: of {wanted} best matches by exact search, found", found, "", "all", wanted),
        Row(f"memory: Chroma built anew, {many}", built_s, "s", "60 s", 60.0),
        Row(f"memory: Chroma on disk, {many}", size / 1e6, "MB", "the plan's 1 GB", 1e3),
    ]


def embedding_rows() -> list[Row]:
    embedder = load(MODEL)
    notes = [
        f"The {thing} {state}, so the device was {sign}; a technician looked at it on day {day}"
        for thing in THINGS
        for state in STATES
        for sign in SIGNS
        for day in range(2)
    ]
    embedder.embed(notes[:8])
    single = []
    for note in notes[:200]:
        began = time.perf_counter()
        embedder.embed([note])
        single.append((time.perf_counter() - began) * 1e3)
    began = time.perf_counter()
    embedder.embed(notes)
    batch = (time.perf_counter() - began) * 1e3 / len(notes)
    long = " ".join(notes)
    began = time.perf_counter()
    embedder.embed([long])
    longest = (time.perf_counter() - began) * 1e3
    plan = "the plan's limit"
    return [
        Row("embedding: one note of 20 words, p50", float(np.median(single)), "ms", plan,
            PLAN_EMBEDDING_MS),
        Row("embedding: one note of 20 words, p95", float(np.quantile(single, 0.95)), "ms", plan,
            PLAN_EMBEDDING_MS),
        Row("embedding: a note of a batch of 504", batch, "ms", plan, PLAN_EMBEDDING_MS),
        Row("embedding: the longest text there is", longest, "ms", plan, PLAN_EMBEDDING_MS),
    ]  # fmt: skip


def run() -> list[Row]:
    rows = embedding_rows()
    sentences = load(MODEL).embed(
        [f"{thing} {state}, {sign}" for thing in THINGS for state in STATES for sign in SIGNS]
    )
    with data_folder() as folder, EmbeddedPostgres(folder).lease() as url:
        upgrade(url)

        async def measure() -> list[Row]:
            database = Database(url)
            try:
                return await search_rows(database, folder, Drawn(sentences))
            finally:
                await database.close()

        return rows + asyncio.run(measure())
