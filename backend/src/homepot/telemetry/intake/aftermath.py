"""What follows from stored readings and may come a moment later: who was heard from, the latest
values, a word to open dashboards.

It is gathered and written once a second for the whole fleet, in a few set-based statements. All
of it is derived: what a crash loses comes back with the next reading.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from homepot.core import live
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.log import get_logger
from homepot.fleet.connectivity import service as connectivity
from homepot.telemetry.intake.batch import Block, moment
from homepot.telemetry.storage import store

log = get_logger(__name__)

EVERY_S = 0.5
# A dashboard that shows more devices than this looks for itself.
NAMED_MAX = 200


class Aftermath:
    def __init__(self, database: Database, silent_after_s: int) -> None:
        self._database = database
        self._silent_after_s = silent_after_s
        self._latest: dict[tuple[int, int], store.Latest] = {}
        self._speakers: set[int] = set()
        self._named: dict[int, set[str]] = {}

    def note(
        self, tenant_id: int, blocks: Sequence[Block], devices: Sequence[str], at: datetime
    ) -> None:
        """These were stored. Who sends history has not been heard from: only fresh rows count."""
        fresh_us = int((at - timedelta(seconds=self._silent_after_s)).timestamp() * 1_000_000)
        for block in blocks:
            self._speakers.update(np.unique(block.device[block.at_us >= fresh_us]).tolist())
            order = np.lexsort((block.at_us, block.device))
            last = np.append(np.flatnonzero(np.diff(block.device[order])), len(order) - 1)
            for row in order[last]:
                self._keep_latest(block, int(row))
        named = self._named.setdefault(tenant_id, set())
        if len(named) <= NAMED_MAX:
            named.update(devices[: NAMED_MAX + 1])

    def _keep_latest(self, block: Block, row: int) -> None:
        key = (int(block.device[row]), block.metric_set)
        at = moment(block.at_us[row])
        known = self._latest.get(key)
        if known is None or known.at <= at:
            self._latest[key] = store.Latest(*key, at, block.values[row])

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Aftermath"]:
        task = asyncio.create_task(self._write_again_and_again(), name="aftermath of intake")
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
                await self.write(now())
            except (SQLAlchemyError, OSError) as error:
                log.warning(
                    "The latest values could not be written; they come with the next readings.",
                    action="intake.aftermath_failed",
                    error=str(error).strip(),
                )

    async def write(self, at: datetime) -> None:
        latest, speakers, named = self._latest, self._speakers, self._named
        if not latest:
            return
        self._latest, self._speakers, self._named = {}, set(), {}
        async with self._database.system() as tx:
            await store.save_latest(tx, list(latest.values()))
            if speakers:
                await connectivity.heard_many(tx, sorted(speakers), at, self._silent_after_s)
            await live.announce_many(
                tx,
                [
                    (tenant_id, "readings.stored", {"devices": _shown(devices)})
                    for tenant_id, devices in named.items()
                ],
            )


def _shown(devices: set[str]) -> list[str] | None:
    return sorted(devices) if len(devices) <= NAMED_MAX else None
