"""What the worker does for health."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homepot.ai.health import service
from homepot.ai.thresholds import service as thresholds
from homepot.core.database import Database
from homepot.core.jobs import Loop, Task
from homepot.core.log import get_logger
from homepot.core.settings import Settings

log = get_logger(__name__)


def loops(settings: Settings) -> Sequence[Loop]:
    known = thresholds.shipped(settings)

    async def judge(database: Database, now: datetime) -> None:
        async with database.system() as tx:
            await service.judge(tx, known, now)

    return (Loop("health", 10.0, judge),)


def tasks(settings: Settings) -> Sequence[Task]:
    kept = timedelta(days=settings.health_kept_days)

    async def forget(database: Database, now: datetime) -> None:
        if gone := await service.forget(database, now - kept):
            log.info(f"{gone} old healths were forgotten.", action="health.forgotten", rows=gone)

    return [Task("health.forget", "43 2 * * *", forget)]
