"""The sweep for devices that fell silent, and the beat of what listens to them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from homepot.core.database import Database
from homepot.core.jobs import Loop, Task, run_loop
from homepot.core.log import get_logger
from homepot.core.process import Process
from homepot.core.settings import Settings
from homepot.fleet.connectivity import service

log = get_logger(__name__)


async def sweep(database: Database, now: datetime) -> None:
    async with database.system() as tx:
        silent = await service.sweep(tx, now)
    if silent:
        log.info(f"{silent} devices fell silent.", action="connectivity.silent", devices=silent)


async def beat(database: Database, now: datetime) -> None:
    async with database.system() as tx:
        await service.at_work(tx, "intake", now)


class Presence:
    """The beat of this process: while it lasts, devices can be heard."""

    def __init__(self, database: Database) -> None:
        self._gone = asyncio.Event()
        self._task = asyncio.create_task(
            run_loop(Loop("presence of the intake", 5.0, beat), database, self._gone)
        )

    async def leave(self) -> None:
        self._gone.set()
        await self._task


@asynccontextmanager
async def present(process: Process) -> AsyncIterator[Presence]:
    """For as long as the web application runs."""
    presence = Presence(process.database)
    try:
        yield presence
    finally:
        await presence.leave()


def tasks(settings: Settings) -> Sequence[Task]:
    kept = timedelta(days=settings.connectivity_kept_days)

    async def forget(database: Database, now: datetime) -> None:
        if gone := await service.forget(database, now - kept):
            log.info(
                f"{gone} old changes of connectivity were forgotten.",
                action="connectivity.forgotten",
                rows=gone,
            )

    return [Task("connectivity.forget", "3 2 * * *", forget)]


LOOPS = (Loop("devices that fell silent", every_s=5.0, run=sweep),)
