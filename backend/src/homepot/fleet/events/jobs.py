"""The end of what devices said."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homepot.core.database import Database
from homepot.core.jobs import Task
from homepot.core.log import get_logger
from homepot.core.settings import Settings
from homepot.fleet.events import service

log = get_logger(__name__)


def tasks(settings: Settings) -> Sequence[Task]:
    kept = timedelta(days=settings.events_kept_days)

    async def forget(database: Database, now: datetime) -> None:
        if gone := await service.forget(database, now - kept):
            log.info(f"{gone} old events were forgotten.", action="events.forgotten", rows=gone)

    return [Task("events.forget", "13 2 * * *", forget)]
