"""What the worker does for incidents: watch, follow what is found, recall, close what is over."""

from collections.abc import Sequence
from datetime import datetime

from homepot.ai.anomaly_detection import service as detection
from homepot.ai.device_memory.keeping import memory_of
from homepot.ai.embedding import Embedding
from homepot.ai.incidents import following
from homepot.ai.incidents.remembering import Rememberer
from homepot.ai.thresholds import service as thresholds
from homepot.core.database import Database
from homepot.core.jobs import Loop
from homepot.core.settings import Settings
from homepot.telemetry.archive.service import Archive


async def follow_offline(database: Database, now: datetime) -> None:
    """Devices that are offline, and incidents that are over."""
    async with database.system() as tx:
        changed = await detection.look_for_offline(tx, now)
        if changed:
            await following.take(tx, changed, now)
    async with database.system() as tx:
        await following.close_calm(tx, now)


def loops(settings: Settings) -> Sequence[Loop]:
    watch = detection.Watch(following.take, thresholds.shipped(settings))
    # The web application alone holds Chroma; here the search is exact, in PostgreSQL.
    memory = memory_of(settings, Embedding(), with_index=False)
    rememberer = Rememberer(memory, Archive.of(settings))

    async def remember(database: Database, now: datetime) -> None:
        await rememberer.run(database, now)

    return (
        Loop("detection", 0.5, watch.run),
        Loop("memory of incidents", 0.5, remember),
        Loop("devices that are offline, incidents that are over", 5.0, follow_offline),
    )
