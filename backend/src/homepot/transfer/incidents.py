"""Recorded incidents into the memory of devices, each with what its readings did."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from homepot.access.caller import system_caller
from homepot.ai.device_memory.keeping import memory_of
from homepot.ai.device_memory.recorded import Looker, RecordedIncident
from homepot.ai.embedding import Embedding
from homepot.core.errors import NotFound
from homepot.core.process import Process
from homepot.telemetry.archive.service import Archive

BringIncident = Callable[[RecordedIncident], Awaitable[bool]]


@asynccontextmanager
async def bringing_incidents(
    process: Process, tenant_id: int, who: str
) -> AsyncIterator[BringIncident]:
    """What remembers one incident: True where it is new; one that is known is left as it is."""
    embedding = Embedding()
    # Only the running server holds Chroma; it finds out by itself what came.
    memory = memory_of(process.settings, embedding, with_index=False)
    looker = Looker(process.database, Archive.of(process.settings), tenant_id)

    async def bring(given: RecordedIncident) -> bool:
        async with process.database.tenant(tenant_id) as tx:
            try:
                await memory.incident(system_caller(tx, tenant_id, who), given.id)
            except NotFound:
                pass
            else:
                return False
        signature = await looker.signature(given)
        async with process.database.tenant(tenant_id) as tx:
            caller = system_caller(tx, tenant_id, who)
            saved = await memory.save_incident_pattern(caller, given.pattern(signature))
            return saved.is_new

    try:
        yield bring
    finally:
        await asyncio.to_thread(embedding.close)
