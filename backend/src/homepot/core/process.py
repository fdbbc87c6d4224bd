"""What one process of the product holds: its settings, its database, its live feed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from homepot.core.database import Database
from homepot.core.database_home import database_lease
from homepot.core.errors import Unavailable
from homepot.core.live import LiveFeed
from homepot.core.log import get_logger
from homepot.core.migrate import steps_missing
from homepot.core.settings import Settings
from homepot.core.words import count

log = get_logger(__name__)

Part = TypeVar("Part")


@dataclass(frozen=True)
class Process:
    settings: Settings
    database: Database
    feed: LiveFeed
    parts: dict[type, object] = field(default_factory=dict)

    def part(self, kind: type[Part]) -> Part:
        """What a capability keeps running in this process, such as the writer of readings."""
        found = self.parts[kind]
        assert isinstance(found, kind)
        return found


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Process]:
    """Everything a process needs, from the running database on; closed again in reverse."""
    async with contextlib.AsyncExitStack() as stack:
        lease = database_lease(settings)
        url = await asyncio.to_thread(lease.__enter__)
        stack.push_async_callback(asyncio.to_thread, lease.__exit__, None, None, None)
        if missing := await asyncio.to_thread(steps_missing, url):
            raise Unavailable(
                f"The database is not up to date: {count(len(missing), 'step')} missing, the first"
                f" is {missing[0]}. Type `homepot db migrate`, or start with `homepot up`."
            )
        database = Database(url, connections_max=settings.database_connections_max)
        if await database.is_superuser():
            log.warning(
                "HOMEPOT signs in to the database as a superuser, whom no rule of the database"
                " binds. Give it a user of its own: see the operator guide.",
                action="database.superuser",
            )
        stack.push_async_callback(database.close)
        yield Process(settings, database, LiveFeed(database))


@asynccontextmanager
async def feeding(feed: LiveFeed) -> AsyncIterator[None]:
    """The live feed runs for as long as the block does."""
    await feed.begin()
    task = asyncio.create_task(feed.run(), name="live feed")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
