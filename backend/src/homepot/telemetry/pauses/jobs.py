"""What the worker does for pauses."""

from collections.abc import Sequence
from datetime import datetime

from homepot.core.database import Database
from homepot.core.jobs import Loop
from homepot.core.settings import Settings
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.pauses import service


def loops(settings: Settings) -> Sequence[Loop]:
    archive = Archive.of(settings)

    async def catch_up(database: Database, now: datetime) -> None:
        await service.catch_up(database, now, archive)

    return (Loop("telemetry.pauses", 30, catch_up),)
