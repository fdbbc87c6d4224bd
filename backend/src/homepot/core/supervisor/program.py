"""A part that is a program of its own."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from homepot.core.supervisor import logs
from homepot.core.supervisor.part import NOT_AS_CONFIGURED, PartFailed, PartRefused, how_it_ended
from homepot.core.tether import tethered

READY_MAX_S = 120.0
SETTLED_S = 2.0
_POLL_S = 0.05
_KILLED_MAX_S = 5.0

ReadyCheck = Callable[[], Awaitable[bool]]


class ProgramPart:
    """Must be started by the main thread: the program dies with the thread that started it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        is_ready: ReadyCheck | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._environment = environment
        self._is_ready = is_ready
        self._process: Process | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        try:
            process = await self._spawn()
        except OSError as error:
            raise PartFailed(f"could not be started: {error.strerror}") from error
        try:
            await asyncio.wait_for(self._until_ready(process), READY_MAX_S)
        except TimeoutError:
            await self.stop(_KILLED_MAX_S)
            raise PartFailed(f"was not ready after {READY_MAX_S:.0f} s") from None

    async def _spawn(self) -> Process:
        logs.put_aside_if_large(self.log)
        file = logs.open_log(self.log)
        self._log_start = logs.size(self.log)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *tethered(self._command, signal.SIGKILL),
                stdin=DEVNULL,
                stdout=file,
                stderr=file,
                env=dict(self._environment),
                # Ctrl-C in the terminal is for the supervisor, which stops all in order.
                start_new_session=True,
            )
        finally:
            os.close(file)
        return self._process

    async def wait(self) -> str:
        if self._process is None:
            return "was not started"
        await self._process.wait()
        return self._ending(self._process)

    async def stop(self, patience_s: float) -> None:
        process = self._process
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience_s)
        # Its whole group: also what it started itself and did not take with it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _KILLED_MAX_S)
        self._process = None

    async def _until_ready(self, process: Process) -> None:
        """It answers; one that has nobody to answer is taken for ready when it lives on."""
        ready = self._is_ready or _has_lived(SETTLED_S)
        while True:
            if process.returncode == NOT_AS_CONFIGURED:
                raise PartRefused(logs.said(self.log, self._log_start))
            if process.returncode is not None:
                raise PartFailed(self._ending(process))
            if await ready():
                return
            await asyncio.sleep(_POLL_S)

    def _ending(self, process: Process) -> str:
        ending = how_it_ended(process.returncode)
        said = logs.last_line(self.log, self._log_start)
        # One that was killed had no time to say why.
        is_own_doing = process.returncode is not None and process.returncode > 0
        return f'{ending}, saying "{said[:200]}"' if said and is_own_doing else ending


def _has_lived(seconds: float) -> ReadyCheck:
    born = time.monotonic()

    async def check() -> bool:
        return time.monotonic() - born >= seconds

    return check
