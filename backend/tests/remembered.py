"""What the tests of memory share: an owner who remembers, some incidents, a second model."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from homepot.access.caller import Caller, system_caller
from homepot.ai.device_memory.patterns import Answer, IncidentPattern, Question
from homepot.ai.device_memory.service import Memory
from homepot.ai.device_memory.signature import MetricSign, Signature
from homepot.ai.embedding import Embedder, Vectors
from homepot.ai.embedding.service import load
from homepot.core.database import Database

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

    async def ask(self, words: str = "", signature: Signature | None = None, **more: Any) -> Answer:
        async with self.caller() as caller:
            question = Question(words, signature, **more)
            return await self.memory.get_similar_patterns(caller, question)

    async def ids(
        self, words: str = "", signature: Signature | None = None, **more: Any
    ) -> list[str]:
        answer = await self.ask(words, signature, **more)
        return [match.pattern.incident_id for match in answer.matches]


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
