"""What the worker does for questions."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homepot.ai.query import store
from homepot.core.database import Database
from homepot.core.jobs import Loop
from homepot.core.settings import Settings

_AT_ONCE = 5_000


def loops(settings: Settings) -> Sequence[Loop]:
    kept = timedelta(days=settings.questions_kept_days)

    async def forget(database: Database, now: datetime) -> None:
        await forget_old(database, now - kept)

    return (Loop("query.forgotten", 3600, forget),)


async def forget_old(database: Database, before: datetime) -> int:
    """What was asked before that; how many those were. Nothing is locked for long."""
    gone = 0
    while True:
        async with database.system() as tx:
            rows = await store.forget(tx, before, _AT_ONCE)
        gone += rows
        if rows < _AT_ONCE:
            return gone
