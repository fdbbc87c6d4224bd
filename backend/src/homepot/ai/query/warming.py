"""Fleets are made ready for questions before anybody asks: at the start of the process, and again
when something of those that are asked about has changed."""

import asyncio

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from homepot.ai.query import store
from homepot.ai.query.service import Asking
from homepot.core.database import Database
from homepot.core.log import get_logger

log = get_logger(__name__)

EVERY_S = 5.0
AT_START_MAX = 20
# Tried again at the next change; a question reads for itself what it needs.
_DATABASE_AWAY = (SQLAlchemyError, psycopg.Error, OSError)


async def keep_warm(asking: Asking, database: Database, every_s: float = EVERY_S) -> None:
    """Until cancelled. Who asks meanwhile reads for himself what is not ready."""
    try:
        async with database.system() as tx:
            wanted = await store.largest_tenants(tx, AT_START_MAX)
        await _make_ready(asking, database, wanted)
    except _DATABASE_AWAY as error:
        log.debug(f"Fleets were not made ready: {error}", action="query.not_warmed")
    while True:
        await asyncio.sleep(every_s)
        changed = [one for one in asking.changed if asking.fleets.knows(one)]
        asking.changed.clear()
        try:
            await _make_ready(asking, database, changed)
        except _DATABASE_AWAY as error:
            log.debug(f"Fleets were not made ready: {error}", action="query.not_warmed")


async def _make_ready(asking: Asking, database: Database, tenants: list[int]) -> None:
    for tenant_id in tenants:
        async with database.tenant(tenant_id) as tx:
            await asking.fleets.of(tx, tenant_id)
