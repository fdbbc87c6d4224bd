"""The clocks of devices, as the times of their readings tell.

The newest reading of what a device sends was measured just before it was sent, or waited in a
backlog; which of the two, fleet.connectivity.clock finds out. A collector that sends for many is
looked at only where a reading lies in the future, which no backlog explains, and for devices
whose clock is known to be wrong.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from homepot.core.database import Database
from homepot.core.log import get_logger
from homepot.core.process import Process
from homepot.fleet.connectivity import service as connectivity
from homepot.fleet.events import service as events
from homepot.telemetry.intake.batch import EARLIEST_US, Batch, moment

log = get_logger(__name__)

EVERY_S = 1.0
# What agrees with what is believed is not looked at again.
STEADY_S = 5.0
AHEAD_NOTICED_US = 60_000_000
# Beyond that it is no clock any more, but a number that means something else.
AHEAD_MAX_US = 366 * 86_400_000_000
REMEMBERED_MAX = 50_000

Key = tuple[int, str]


class Clocks:
    def __init__(self, database: Database) -> None:
        self._database = database
        # By tenant and device: the newest time said and when that came, what is believed, and
        # whose clock is wrong. Any of it may be forgotten.
        self._words: dict[Key, tuple[datetime, datetime]] = {}
        self._steady: dict[Key, float] = {}
        self._wrong: set[Key] = set()

    def note(self, tenant_id: int, batch: Batch, at: datetime) -> None:
        """These came just now, whatever else becomes of them."""
        if len(batch) == 0:
            return
        if len(batch.devices) == 1:
            self._note_newest(tenant_id, batch.devices[0], int(batch.at_us.max()), at)
            return
        latest_us = int(at.timestamp() * 1_000_000) + AHEAD_NOTICED_US
        if int(batch.at_us.max()) > latest_us:
            ahead = set(np.unique(batch.device[batch.at_us > latest_us]).tolist())
        else:
            ahead = set()
        if self._wrong:
            ahead |= {n for n, one in enumerate(batch.devices) if (tenant_id, one) in self._wrong}
        for place in ahead:
            if (ours := batch.at_us[batch.device == place]).size:
                self._note_newest(tenant_id, batch.devices[place], int(ours.max()), at)

    def _note_newest(self, tenant_id: int, device_id: str, said_us: int, at: datetime) -> None:
        at_us = int(at.timestamp() * 1_000_000)
        if EARLIEST_US <= said_us <= at_us + AHEAD_MAX_US:
            self.heard(tenant_id, device_id, moment(said_us), at)

    def heard(self, tenant_id: int, device_id: str, said: datetime, at: datetime) -> None:
        """A device said that it was this time when this came."""
        key = (tenant_id, device_id)
        steady_s = self._steady.get(key)
        ahead_s = (said - at).total_seconds()
        if steady_s is not None and abs(ahead_s - steady_s) < STEADY_S:
            return
        known = self._words.get(key)
        if known is None or known[0] - known[1] <= said - at:
            self._words[key] = (said, at)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Clocks"]:
        async with self._database.system() as tx:
            self._wrong.update(await connectivity.wrong_clocks(tx))
        task = asyncio.create_task(self._write_again_and_again(), name="clocks of devices")
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _write_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.write()
            except (SQLAlchemyError, OSError) as error:
                log.warning(
                    "The clocks of devices could not be written; their next readings tell again.",
                    action="intake.clocks_failed",
                    error=str(error).strip(),
                )

    async def write(self) -> None:
        """What was noted, in one transaction for all."""
        if not self._words:
            return
        words, self._words = self._words, {}
        async with self._database.system() as tx:
            found = await connectivity.hear_clocks(tx, words)
            for one, turn in found:
                if turn:
                    at = words[one.tenant_id, one.device_id][1]
                    await events.notice_clock(
                        tx, one.tenant_id, one.device_row, one.device_id, turn, at
                    )
        for one, _ in found:
            self._remember((one.tenant_id, one.device_id), one.clock)

    def _remember(self, key: Key, clock: connectivity.Clock) -> None:
        if len(self._steady) > REMEMBERED_MAX:
            self._steady.clear()
        if clock.wrong_since:
            self._wrong.add(key)
        else:
            self._wrong.discard(key)
        if clock.skew_s is None or clock.doubt_s is not None:
            self._steady.pop(key, None)
        else:
            self._steady[key] = clock.skew_s


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[Clocks]:
    async with Clocks(process.database).running() as clocks:
        yield clocks
