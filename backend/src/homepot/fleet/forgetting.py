"""Letting go of old history: some devices at a time, some rows at a time, each a transaction."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from homepot.core.database import Connection, Database
from homepot.fleet.devices import service as devices

DEVICES_AT_ONCE = 500
ROWS_AT_ONCE = 5_000

# Forgets at most so many rows of these devices; how many those were.
Forget = Callable[[Connection, Sequence[int], datetime, int], Awaitable[int]]


async def forget_of_devices(database: Database, before: datetime, forgets: Sequence[Forget]) -> int:
    """What all of these find to be over; the number of rows. Nothing is locked for long."""
    gone, last = 0, 0
    while True:
        async with database.system() as tx:
            some = await devices.rows_after(tx, last, DEVICES_AT_ONCE)
        if not some:
            return gone
        last = some[-1]
        for forget in forgets:
            gone += await in_batches(database, forget, some, before)


async def in_batches(
    database: Database, forget: Forget, device_ids: Sequence[int], before: datetime
) -> int:
    gone = 0
    while True:
        async with database.system() as tx:
            rows = await forget(tx, device_ids, before, ROWS_AT_ONCE)
        gone += rows
        if rows < ROWS_AT_ONCE:
            return gone
