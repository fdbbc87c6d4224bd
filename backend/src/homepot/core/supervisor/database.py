"""The embedded database as a part."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from homepot.core.embedded_postgres import DatabaseServerError, EmbeddedPostgres, Foreground
from homepot.core.supervisor.part import PartFailed, how_it_ended

Result = TypeVar("Result")


class DatabasePart:
    """Its own thread starts it, watches it and lives as long as it: the server dies with it."""

    name = "database"

    def __init__(self, data_dir: Path) -> None:
        self._leave = threading.Event()
        self._server = EmbeddedPostgres(data_dir, give_up=self._leave)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._held: Foreground | None = None

    @property
    def url(self) -> str:
        """Stays the same from start to start."""
        if self._held is None:
            raise RuntimeError("the database has not been started")
        return self._held.url

    async def start(self) -> None:
        try:
            await self._in_thread(self._start)
        except DatabaseServerError as error:
            # Whoever may not go on without it shows the cause; here a line must do.
            raise PartFailed("is not coming up (logs/postgres.log says why)") from error

    async def wait(self) -> str:
        return await self._in_thread(self._wait)

    async def stop(self, patience_s: float) -> None:
        if self._leave.is_set():  # asked again
            if self._held is not None:
                self._held.hurry()
            return
        # Ends a start or a wait that is under way; the thread then comes to the stopping.
        self._leave.set()
        with suppress(TimeoutError):
            # It stops less and less kindly by itself; this bound is for a thread that is stuck.
            await asyncio.wait_for(self._in_thread(self._stop, patience_s), patience_s + 15)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[..., Result], *words: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *words)

    def _start(self) -> None:
        self._held = self._server.start_foreground()

    def _wait(self) -> str:
        held = self._held
        if held is None or not held.wait(self._leave):
            return "is being stopped"
        with suppress(DatabaseServerError):
            held.stop()  # gives its locks back
        return how_it_ended(held.exit_code)

    def _stop(self, patience_s: float) -> None:
        if self._held is not None:
            self._held.stop(patience_s)
