"""Use cases of the event store: the last events of a device, and what they say in words."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from homepot.access.caller import Caller
from homepot.ai.event_store.cache import Remembered
from homepot.ai.event_store.logic import Event, beyond_limits, of_entry
from homepot.ai.event_store.summary import CHARACTERS_MAX, summarise
from homepot.core.database import has_written
from homepot.core.live import LiveEvent, LiveFeed
from homepot.core.log import get_logger
from homepot.core.process import Process
from homepot.fleet.devices import service as devices
from homepot.fleet.timeline import service as timeline
from homepot.fleet.types import service as types
from homepot.telemetry.reading import service as reading

log = get_logger(__name__)

EVENTS_MAX = 100
# Measured: 42 MB in all with titles of 60 characters, 57 MB with the longest.
DEVICES_MAX = 1_000
# The daily clean-up: what nobody asked for anew since yesterday goes.
AGE_MAX_S = 24 * 3600.0
CLEAN_UP_EVERY_S = 3600.0
# The feed looks every ten seconds at least. Where it did not, we may not have heard of a change.
BEHIND_MAX_S = 20.0
_CHANGES = ("device.", "command.", "event.")


class EventStore:
    """The last events of the devices that were asked for last; made from PostgreSQL."""

    def __init__(self, feed: LiveFeed) -> None:
        self._feed = feed
        self.remembered: Remembered[Event] = Remembered(DEVICES_MAX, AGE_MAX_S)

    def hear(self, event: LiveEvent) -> None:
        device_id = event.data.get("device_id")
        if event.kind.startswith(_CHANGES) and isinstance(device_id, str):
            self.remembered.changed((event.tenant_id, device_id))

    async def recent(self, caller: Caller, device_id: str, now: datetime) -> Sequence[Event]:
        """The last 100 at most, the newest first. NotFound where the caller has no such device."""
        key = (caller.tenant_id, device_id)
        if self._feed.behind_s() > BEHIND_MAX_S:
            self.remembered.forget_all()
        elif (known := self.remembered.get(key, time.monotonic())) is not None:
            return known
        mine, for_all = self.remembered.begin(key), None
        try:
            entries = await timeline.newest(caller.tx, device_id, EVENTS_MAX, now)
            found = tuple(of_entry(device_id, entry) for entry in entries)
            for_all = None if await has_written(caller.tx) else found
        finally:
            is_heard = self._feed.behind_s() <= BEHIND_MAX_S
            self.remembered.end(mine, for_all if is_heard else None, time.monotonic())
        return found

    async def readings_beyond_limits(self, caller: Caller, device_id: str) -> Sequence[Event]:
        """Of the newest readings those beyond a limit of the device's type; never remembered."""
        device = await devices.find(caller.tx, device_id)
        kind = await types.device_type(caller.tx, device.type)
        newest = await reading.latest(caller.tx, sorted(kind.metrics), [device_id])
        return [
            event
            for one in newest
            for event in beyond_limits(device_id, one.at, one.values, kind.metrics)
        ]

    async def summary(
        self,
        caller: Caller,
        device_id: str,
        now: datetime,
        characters_max: int = CHARACTERS_MAX,
    ) -> str:
        """What happened with the device lately, in words."""
        events = await self.recent(caller, device_id, now)
        readings = await self.readings_beyond_limits(caller, device_id)
        return summarise(device_id, events, readings, now, characters_max)

    def clean_up(self) -> None:
        if gone := self.remembered.forget_old(time.monotonic()):
            log.debug(
                f"The events of {gone} devices were forgotten; they are read again when asked for.",
                action="event_store.cleaned_up",
                devices=gone,
            )


async def _clean_up_again_and_again(store: EventStore) -> None:
    while True:
        await asyncio.sleep(CLEAN_UP_EVERY_S)
        store.clean_up()


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[EventStore]:
    """For as long as the web application runs."""
    store = EventStore(process.feed)
    process.feed.on_event(store.hear)
    task = asyncio.create_task(_clean_up_again_and_again(store), name="clean-up of cached events")
    try:
        yield store
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
