"""Keeps parts running: starts, watches, starts again, stops."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Self, TypeVar

from homepot.core.log import get_logger
from homepot.core.supervisor.backoff import deaths_in_a_row, pause_s
from homepot.core.supervisor.part import Part, PartFailed, PartRefused

STOP_PATIENCE_S = 10.0
HURRIED_PATIENCE_S = 0.5

Say = Callable[[str], None]
Result = TypeVar("Result")
_log = get_logger(__name__)


class StopAsked(Exception):
    """Somebody asked to stop while something was still being done."""


class Crew:
    """`stop` is set when the crew is to end, `hurry` when whoever asked is asking again."""

    def __init__(self, say: Say, stop: asyncio.Event, hurry: asyncio.Event) -> None:
        self._say = say
        self._stop = stop
        self._hurry = hurry
        self._keepers: list[asyncio.Task[None]] = []
        self._parts = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await self._parts.aclose()  # in reverse order

    async def must_start(self, part: Part) -> None:
        """Start a part without which there is no sense in going on; then keep it."""
        self._parts.push_async_callback(self._end, part)
        await self.until_stop(part.start())
        self._keepers.append(asyncio.create_task(self._keep(part, is_up=True), name=part.name))

    def keep(self, part: Part) -> asyncio.Event:
        """Start a part and keep it; the event is set once it has been ready."""
        self._parts.push_async_callback(self._end, part)
        ready = asyncio.Event()
        keeper = self._keep(part, is_up=False, ready=ready)
        self._keepers.append(asyncio.create_task(keeper, name=part.name))
        return ready

    async def until_stop(self, work: Awaitable[Result]) -> Result:
        """The result of the work; StopAsked if the end is asked for first, and the error of a
        part that cannot be kept."""
        doing = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait(
                {doing, stopping, *self._keepers}, return_when=asyncio.FIRST_COMPLETED
            )
            for keeper in self._keepers:
                if keeper.done():
                    keeper.result()
            if not doing.done():
                raise StopAsked
            return doing.result()
        finally:
            stopping.cancel()
            if not doing.done():
                doing.cancel()
                with suppress(asyncio.CancelledError):
                    await doing

    async def keep_on(self) -> None:
        """Until the end is asked for. A keeper itself ends only by a fault, which is raised."""
        stopping = asyncio.create_task(self._stop.wait())
        done, _ = await asyncio.wait(
            {stopping, *self._keepers}, return_when=asyncio.FIRST_COMPLETED
        )
        stopping.cancel()
        for one in done - {stopping}:
            one.result()

    async def _keep(self, part: Part, *, is_up: bool, ready: asyncio.Event | None = None) -> None:
        deaths = 0
        while True:
            began = time.monotonic()
            try:
                if not is_up:
                    await part.start()
                    if deaths:
                        self._tell(f"The {part.name} is back.", "part.back", part)
                if ready is not None:
                    ready.set()
                ending = await part.wait()
            except PartRefused:
                raise  # to try again would change nothing
            except PartFailed as failure:
                ending = str(failure)
            is_up = False
            deaths = deaths_in_a_row(deaths, time.monotonic() - began)
            pause = pause_s(deaths)
            words = f"The {part.name} {ending}; starting it again in {pause:g} s."
            self._tell(words, "part.died", part)
            await asyncio.sleep(pause)

    async def _end(self, part: Part) -> None:
        """Kindly; at once when whoever asked asks again."""
        ending = asyncio.create_task(part.stop(STOP_PATIENCE_S))
        hurried = asyncio.create_task(self._hurry.wait())
        await asyncio.wait({ending, hurried}, return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            await part.stop(HURRIED_PATIENCE_S)
        hurried.cancel()
        await ending
        _log.info(f"The {part.name} has stopped.", action="part.stopped", part=part.name)

    def _tell(self, words: str, action: str, part: Part) -> None:
        self._say(words)
        _log.warning(words, action=action, part=part.name)
