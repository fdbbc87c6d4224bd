"""What follows from stored readings and may come a moment later: who was heard from, the latest
values, a word to open dashboards.

It is gathered and written once a second for the whole fleet, in a few set-based statements. All
of it is derived: what a crash loses comes back with the next reading.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from homepot.core import live
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.log import get_logger
from homepot.fleet.connectivity import service as connectivity
from homepot.telemetry.intake.batch import Block
from homepot.telemetry.storage import store
from homepot.telemetry.storage.newest import Newest, newest, newest_of

log = get_logger(__name__)

EVERY_S = 0.5
# A dashboard that shows more devices than this looks for itself.
NAMED_MAX = 200


class Aftermath:
    def __init__(self, database: Database, silent_after_s: int) -> None:
        self._database = database
        self._silent_after_s = silent_after_s
        self._latest: dict[int, list[Newest]] = {}
        self._speakers: set[int] = set()
        self._named: dict[int, set[str]] = {}
        self._writing = asyncio.Lock()
        self._listeners: list[Callable[[int], None]] = []

    def on_stored(self, listener: Callable[[int], None]) -> None:
        """For caches of this process: told of the tenant before the sender is answered."""
        self._listeners.append(listener)

    def note(
        self, tenant_id: int, blocks: Sequence[Block], devices: Sequence[str], at: datetime
    ) -> None:
        """These were stored. Who sends history has not been heard from: only fresh rows count."""
        for listener in self._listeners:
            listener(tenant_id)
        fresh_us = int((at - timedelta(seconds=self._silent_after_s)).timestamp() * 1_000_000)
        for block in blocks:
            latest = newest_of(block)
            # What was said last is written last: it stands where another set says otherwise.
            before = self._latest.pop(block.metric_set, [])
            self._latest[block.metric_set] = [*before, latest]
            self._speakers.update(latest.device[latest.at_us >= fresh_us].tolist())
        named = self._named.setdefault(tenant_id, set())
        if len(named) <= NAMED_MAX:
            named.update(devices[: NAMED_MAX + 1])

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
                    "The latest values could not be written yet; they will be with the next ones.",
                    action="intake.aftermath_failed",
                    error=str(error).strip(),
                )

    async def write(self, at: datetime) -> None:
        """Returns when all that was noted before is there."""
        async with self._writing:
            if not self._latest:
                return
            latest, speakers, named = self._latest, self._speakers, self._named
            self._latest, self._speakers, self._named = {}, set(), {}
            try:
                await self._write(at, latest, speakers, named)
            except (SQLAlchemyError, OSError):
                # The newest values of a device that now falls silent would come from nowhere.
                for metric_set, parts in self._latest.items():
                    latest[metric_set] = [*latest.pop(metric_set, []), *parts]
                self._latest = {number: [newest(parts)] for number, parts in latest.items()}
                raise

    async def _write(
        self,
        at: datetime,
        latest: dict[int, list[Newest]],
        speakers: set[int],
        named: dict[int, set[str]],
    ) -> None:
        async with self._database.system() as tx:
            for metric_set, parts in latest.items():
                await store.save_latest(tx, metric_set, newest(parts))
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
