"""The newest values once more, from what was committed: the word that a crash took away.

The process that stores readings writes `device_latest` a moment after the commit. Killed in that
moment, or cut off from the database, it would leave the newest values behind for as long as the
device says nothing more; so the worker reads the commits too, and brings up what is behind.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from homepot.core.database import Database
from homepot.telemetry.rollups import newest_store, store
from homepot.telemetry.rollups.logic import (
    DEVICES_MAX,
    HOUR,
    Committed,
    Piece,
    batched,
    bucket_of,
    pieces,
)
from homepot.telemetry.storage.store import save_latest

READER = "newest"
_MICROSECOND = timedelta(microseconds=1)


async def catch_up(database: Database, now: datetime) -> None:
    """A transaction for each piece, as the rollups have it: what is interrupted is read again."""
    async with database.system() as tx:
        low = await store.here(tx)
        work = list(windows(await store.commits(tx, READER)))
    for piece in work:
        async with database.system() as tx:
            if not await store.take_turn(tx, READER):
                return
            for metric_set, rows in await newest_store.newest_of(tx, piece):
                await save_latest(tx, metric_set, rows)
    async with database.system() as tx:
        await store.advance(tx, READER, low, now)


def windows(commits: Iterable[Committed]) -> Iterator[Piece]:
    """What was committed of one hour is looked at together, and only between its first and last
    moment; what spans several hours is history, and goes the way of the rollups."""
    by_hour: dict[datetime, list[Committed]] = {}
    history = []
    for commit in commits:
        hour = bucket_of(commit.first, HOUR)
        if commit.last < hour + HOUR:
            by_hour.setdefault(hour, []).append(commit)
        else:
            history.append(commit)
    yield from pieces(history)
    for several in by_hour.values():
        first = min(commit.first for commit in several)
        last = max(commit.last for commit in several)
        devices = sorted({number for commit in several for number in commit.device_ids})
        for some in batched(devices, DEVICES_MAX):
            yield Piece(first, last + _MICROSECOND, some)
