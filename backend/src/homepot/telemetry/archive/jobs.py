"""What the worker does for the archive."""

import time
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime

from homepot.core.database import Database
from homepot.core.jobs import Loop
from homepot.core.log import get_logger
from homepot.core.settings import Settings
from homepot.telemetry.archive.archiving import Archived, Archiver
from homepot.telemetry.archive.service import Archive

log = get_logger(__name__)

EVERY_S = 60.0
# So that a long history is archived beside everything else, and a stop is never far.
WORK_S = 20.0


def loops(settings: Settings) -> Sequence[Loop]:
    """None where readings are never archived."""
    if not settings.readings_kept_days:
        return ()

    async def archive_due(database: Database, now: datetime) -> None:
        began_s = time.monotonic()
        archiver = Archiver(database.url, Archive.of(settings), settings.readings_kept_days)
        async with aclosing(archiver.run(now)) as days:
            async for one in days:
                if isinstance(one, Archived):
                    log.info(
                        f"The readings of {one.day} are in the archive now.",
                        action="archive.day",
                        files=one.files,
                        values=one.values,
                        size_bytes=one.size_bytes,
                    )
                else:
                    log.debug(
                        f"The readings of {one.day} stay in the database for now: {one.reason}.",
                        action="archive.postponed",
                    )
                if time.monotonic() - began_s > WORK_S:
                    return

    return (Loop("telemetry.archive", EVERY_S, archive_due),)
