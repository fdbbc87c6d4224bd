"""The sweep for devices that fell silent."""

from datetime import datetime

from homepot.core.database import Database
from homepot.core.jobs import Loop
from homepot.core.log import get_logger
from homepot.fleet.connectivity import service

log = get_logger(__name__)


async def sweep(database: Database, now: datetime) -> None:
    async with database.system() as tx:
        silent = await service.sweep(tx, now)
    if silent:
        log.info(f"{silent} devices fell silent.", action="connectivity.silent", devices=silent)


LOOPS = (Loop("devices that fell silent", every_s=5.0, run=sweep),)
