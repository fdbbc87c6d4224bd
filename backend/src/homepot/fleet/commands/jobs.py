"""The sweep for commands that outlived their time."""

from datetime import datetime

from homepot.core.database import Database
from homepot.core.jobs import Loop
from homepot.core.log import get_logger
from homepot.fleet.commands import service

log = get_logger(__name__)


async def sweep(database: Database, now: datetime) -> None:
    async with database.system() as tx:
        over = await service.expire(tx, now)
    if over:
        log.info(f"{over} commands expired.", action="command.expired", commands=over)


LOOPS = (Loop("commands that expired", every_s=5.0, run=sweep),)
