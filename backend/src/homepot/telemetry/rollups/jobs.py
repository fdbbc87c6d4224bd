"""What the worker does for rollups."""

from collections.abc import Sequence
from datetime import datetime

from homepot.core.database import Database
from homepot.core.jobs import Loop
from homepot.core.settings import Settings
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.rollups import newest, service


def loops(settings: Settings) -> Sequence[Loop]:
    archive, kept_days = Archive.of(settings), settings.rollups_kept_days

    async def catch_up(database: Database, now: datetime) -> None:
        await service.catch_up(database, now, archive, kept_days)

    async def forget_old(database: Database, now: datetime) -> None:
        await service.forget_old(database, now, kept_days)

    return (
        Loop("telemetry.rollups", 30, catch_up),
        Loop("telemetry.newest", 30, newest.catch_up),
        Loop("telemetry.parts_ahead", 3600, service.make_ahead),
        Loop("telemetry.rollups_forgotten", 3600, forget_old),
    )
