"""What the worker does for incidents: watch, follow what is found, recall, close what is over."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from homepot.ai.anomaly_detection import service as detection
from homepot.ai.anomaly_detection.service import Anomaly, Then
from homepot.ai.device_memory.keeping import memory_of
from homepot.ai.embedding import Embedding
from homepot.ai.incidents import following
from homepot.ai.incidents.remembering import Rememberer
from homepot.ai.thresholds import service as thresholds
from homepot.ai.thresholds.logic import Thresholds
from homepot.core.database import Connection, Database
from homepot.core.jobs import Loop
from homepot.core.settings import Settings
from homepot.telemetry.archive.service import Archive


async def follow_offline(
    database: Database, now: datetime, usual: Mapping[str, Thresholds] | None = None
) -> None:
    """Devices that are offline, incidents that are over, and those that are not after all."""
    async with database.system() as tx:
        changed = await detection.look_for_offline(tx, now)
        if changed:
            await following.take(tx, changed, now)
            await detection.say_new(tx, changed, usual or {}, now)
    async with database.system() as tx:
        await following.reopen_unmended(tx, now)
        await following.close_calm(tx, now)


def follower(usual: Mapping[str, Thresholds]) -> Then:
    """What follows from what was found: incidents, and a line of the log for each that is new."""

    async def follow(tx: Connection, anomalies: Sequence[Anomaly], now: datetime) -> None:
        await following.take(tx, anomalies, now)
        await detection.say_new(tx, anomalies, usual, now)

    return follow


def loops(settings: Settings) -> Sequence[Loop]:
    usual = thresholds.shipped(settings)
    detection.also_keep_in(settings.data_dir / "compiled")
    watch = detection.Watch(follower(usual), usual)
    # The web application alone holds Chroma; here the search is exact, in PostgreSQL.
    memory = memory_of(settings, Embedding(), with_index=False)
    rememberer = Rememberer(memory, Archive.of(settings))

    async def look_for_offline(database: Database, now: datetime) -> None:
        await follow_offline(database, now, usual)

    async def remember(database: Database, now: datetime) -> None:
        await rememberer.run(database, now)

    return (
        Loop("detection", 0.25, watch.run),
        Loop("memory of incidents", 0.5, remember),
        Loop("devices that are offline, incidents that are over", 5.0, look_for_offline),
    )
