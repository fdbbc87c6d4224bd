"""The index of incidents, asked how it is. The one place that knows device memory's insides."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from homepot.ai.device_memory.index import IndexAway, Kind
from homepot.ai.device_memory.service import Memory
from homepot.core.process import Process


@dataclass(frozen=True)
class Vectors:
    state: Literal["connected", "not connected", "not started"]
    problem: str | None = None
    collections: int | None = None
    embeddings: int | None = None


async def vectors_of(process: Process, tenant_id: int) -> Vectors:
    memory = process.parts.get(Memory)
    if not isinstance(memory, Memory) or memory.index is None:
        return Vectors("not started", "Device memory does not run in this process.")
    if memory.horizon is None:
        return Vectors("not connected", memory.why_away)
    index = memory.index
    try:
        counts = [await asyncio.to_thread(index.count, tenant_id, kind) for kind in Kind]
    except IndexAway as error:
        return Vectors("not connected", error.detail)
    return Vectors("connected", None, len(counts), sum(counts))
