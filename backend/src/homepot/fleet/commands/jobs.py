"""The sweep for commands that outlived their time, and the end of old ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homepot.core.database import Database
from homepot.core.jobs import Loop, Task
from homepot.core.log import get_logger
from homepot.core.settings import Settings
from homepot.fleet.commands import service

log = get_logger(__name__)


async def sweep(database: Database, now: datetime) -> None:
    async with database.system() as tx:
        over = await service.expire(tx, now)
    if over:
        log.info(f"{over} commands expired.", action="command.expired", commands=over)


def tasks(settings: Settings) -> Sequence[Task]:
    kept = timedelta(days=settings.events_kept_days)

    async def forget(database: Database, now: datetime) -> None:
        if gone := await service.forget(database, now - kept):
            log.info(f"{gone} old commands were forgotten.", action="command.forgotten", rows=gone)

    return [Task("commands.forget", "23 2 * * *", forget)]


LOOPS = (Loop("commands that expired", every_s=5.0, run=sweep),)
