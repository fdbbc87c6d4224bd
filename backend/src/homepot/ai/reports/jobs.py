"""What the worker does for reports."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homepot.ai.reports import service
from homepot.core.database import Database
from homepot.core.jobs import Task
from homepot.core.log import get_logger
from homepot.core.settings import Settings

log = get_logger(__name__)


def tasks(settings: Settings) -> Sequence[Task]:
    kept = timedelta(days=settings.reports_kept_days)

    async def forget(database: Database, now: datetime) -> None:
        if gone := await service.forget(database, now, kept):
            log.info(f"{gone} old reports were forgotten.", action="reports.forgotten", gone=gone)

    return [Task("reports.forget", "11 3 * * *", forget)]
