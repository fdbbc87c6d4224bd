"""What the worker does for reports."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homepot.ai.reports import service
from homepot.ai.reports.service import Reporter
from homepot.core.database import Database
from homepot.core.jobs import Loop, Task
from homepot.core.log import get_logger
from homepot.core.settings import Settings

log = get_logger(__name__)


def loops(settings: Settings) -> Sequence[Loop]:
    found: list[Reporter] = []

    async def make(database: Database, now: datetime) -> None:
        # What it stands on is much, and only the worker needs it.
        from homepot.ai.reports.running import reporter_of  # noqa: PLC0415
        from homepot.ai.reports.scheduling import make_due  # noqa: PLC0415

        if not found:
            found.append(reporter_of(settings, database))
        if made := await make_due(database, found[0], now):
            log.info(f"{made} reports were made.", action="reports.made", made=made)

    return [Loop("reports that are due", 15.0, make)]


def tasks(settings: Settings) -> Sequence[Task]:
    kept = timedelta(days=settings.reports_kept_days)

    async def forget(database: Database, now: datetime) -> None:
        if gone := await service.forget(database, now, kept):
            log.info(f"{gone} old reports were forgotten.", action="reports.forgotten", gone=gone)

    return [Task("reports.forget", "11 3 * * *", forget)]
