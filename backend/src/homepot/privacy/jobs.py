"""What the worker does for privacy."""

from collections.abc import Sequence
from datetime import datetime

from homepot.core.database import Database
from homepot.core.jobs import Loop
from homepot.core.log import get_logger
from homepot.core.settings import Settings
from homepot.privacy import service
from homepot.telemetry.archive.service import Archive

log = get_logger(__name__)


def loops(settings: Settings) -> Sequence[Loop]:
    archive = Archive.of(settings)

    async def erase_left_behind(database: Database, _: datetime) -> None:
        if reports := await service.erase_left_behind(database, archive):
            log.info(
                f"{reports} reports that came in while their device was erased are gone too.",
                action="privacy.erased_left_behind",
                reports=reports,
            )

    return (Loop("privacy.left_behind", 60, erase_left_behind),)
