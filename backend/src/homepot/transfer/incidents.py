"""Recorded incidents into the list of incidents, and into the memory of devices with what their
readings did."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from homepot.access.caller import system_caller
from homepot.ai.device_memory.keeping import memory_of
from homepot.ai.device_memory.recorded import Looker, RecordedIncident
from homepot.ai.embedding import Embedding
from homepot.ai.incidents import service as incidents
from homepot.ai.incidents.category import CATEGORIES
from homepot.core.clock import now
from homepot.core.errors import NotFound
from homepot.core.process import Process
from homepot.telemetry.archive.service import Archive

# Categories that others use, as ours.
_CATEGORIES = {"network": "connectivity"}
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
            caller = system_caller(tx, tenant_id, who)
            try:
                await memory.incident(caller, given.id)
            except NotFound:
                pass
            else:
                await incidents.record(caller, _listed(given), now())
                return False
        signature = await looker.signature(given)
        async with process.database.tenant(tenant_id) as tx:
            caller = system_caller(tx, tenant_id, who)
            saved = await memory.save_incident_pattern(caller, given.pattern(signature))
            await incidents.record(caller, _listed(given), now())
            return saved.is_new

    try:
        yield bring
    finally:
        await asyncio.to_thread(embedding.close)


def _listed(given: RecordedIncident) -> incidents.Given:
    category = _CATEGORIES.get(given.category or "", given.category)
    return incidents.Given(
        given.id,
        given.device_id,
        category if category in CATEGORIES else "software",
        given.severity or "warning",
        given.started_at,
        given.ended_at,
        given.description,
        given.resolution,
        given.effective,
    )
