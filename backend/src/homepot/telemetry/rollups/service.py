"""Use cases of rollups: bring them up to what was committed, make their parts ahead."""

from datetime import datetime, timedelta

from homepot.core.database import Database
from homepot.telemetry.rollups import store
from homepot.telemetry.rollups.logic import pieces
from homepot.telemetry.rollups.tables import device_rollups_1h, device_rollups_5m
from homepot.telemetry.storage.days import Parted
from homepot.telemetry.storage.native import NativeParts
from homepot.telemetry.storage.parts import make_parts
from homepot.telemetry.storage.readings import ReadingParts

READER = "rollups"
ROLLUPS = tuple(Parted(table.name, "month") for table in (device_rollups_5m, device_rollups_1h))
DAYS_AHEAD = 3
COMMITS_KEPT = timedelta(hours=1)


async def catch_up(database: Database, now: datetime) -> None:
    """Make anew every bucket that something committed since the last time touches.

    A transaction for each piece: none is open for long, and what a crash interrupts is read
    again, which changes nothing.
    """
    async with database.system() as tx:
        low = await store.here(tx)
        work = list(pieces(await store.commits(tx, READER)))
    await make_parts(database.url, _rollup_parts(), {piece.first.date() for piece in work})
    for piece in work:
        async with database.system() as tx:
            if not await store.take_turn(tx, READER):
                return
            await store.make_anew(tx, piece)
    async with database.system() as tx:
        await store.advance(tx, READER, low, now)


async def make_ahead(database: Database, now: datetime) -> None:
    """The days to come are there before their first reading; old notes are forgotten."""
    days = [now.date() + timedelta(days=number) for number in range(DAYS_AHEAD)]
    await make_parts(database.url, (ReadingParts(), *_rollup_parts()), days)
    async with database.system() as tx:
        await store.forget_commits(tx, now - COMMITS_KEPT)


def _rollup_parts() -> list[NativeParts]:
    return [NativeParts(parted) for parted in ROLLUPS]
