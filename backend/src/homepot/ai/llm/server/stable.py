"""The runners: started when a model is asked for, ended when nobody has asked for a while."""

import asyncio
import math
import os
import shutil
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import psutil

from homepot.ai.llm.models.errors import ModelNotThere
from homepot.ai.llm.models.gguf import Head, read_head
from homepot.ai.llm.models.prepared import PREPARED_MAX_BYTES, prepared
from homepot.ai.llm.models.shelf import Here, Shelf
from homepot.ai.llm.server import fit
from homepot.ai.llm.server.errors import Refused, does_not_fit
from homepot.core.log import get_logger
from homepot.core.tether import tethered

log = get_logger(__name__)

WINDOW = 4096
LOADED_MAX_S = 300.0
STOPPED_MAX_S = 5.0
_RUNNER = Path(__file__).with_name("runner.py")
_POLL_S = 0.05
# Unix sockets have short names; a data folder may have a long one.
_SOCKET_PATH_MAX = 90
# Memory that is left to the rest of the machine.
_SPARE_BYTES = 300_000_000


@lru_cache(maxsize=64)
def _head_at(path: Path, _state: tuple[int, int]) -> Head:
    return read_head(path)


def head_of(one: Here) -> Head:
    status = one.path.stat()
    return _head_at(one.path, (status.st_size, status.st_mtime_ns))


@dataclass(eq=False)
class Runner:
    """One model in memory, and who uses it."""

    model: Here
    head: Head
    layout: fit.Layout
    process: Process
    client: httpx.AsyncClient
    load_s: float = 0.0
    users: int = 0
    keep_alive_s: float = 0.0
    used_at_s: float = field(default_factory=time.monotonic)
    is_ending: bool = False

    @property
    def is_alive(self) -> bool:
        return self.process.returncode is None and not self.is_ending

    @property
    def expires_in_s(self) -> float:
        if self.users or math.isinf(self.keep_alive_s):
            return self.keep_alive_s
        return max(0.0, self.used_at_s + self.keep_alive_s - time.monotonic())

    def memory_bytes(self) -> int:
        """What it takes now, measured."""
        try:
            return int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.Error:
            return 0


class Stable:
    def __init__(self, shelf: Shelf, data_dir: Path, memory_max_bytes: int) -> None:
        self.shelf = shelf
        self._memory_max_bytes = memory_max_bytes
        self._runners: dict[str, Runner] = {}
        self._loading = asyncio.Lock()
        self._idle = asyncio.Condition()
        self._number = 0
        self._beside: set[asyncio.Task[None]] = set()
        self._sockets = _socket_folder(data_dir)

    @property
    def running(self) -> list[Runner]:
        return [one for one in self._runners.values() if one.is_alive]

    @asynccontextmanager
    async def use(
        self, name: str, window: int | None, keep_alive_s: float
    ) -> AsyncIterator[Runner]:
        """The runner of this model for as long as the block lasts; Refused where it cannot be."""
        runner = await self._runner(name, window)
        runner.keep_alive_s = keep_alive_s
        try:
            yield runner
        finally:
            runner.users -= 1
            runner.used_at_s = time.monotonic()
            if not runner.users:
                self._do(self._tell_idle())
                self._end_later(runner)

    async def unload(self, name: str) -> None:
        """As soon as nobody uses it."""
        runner = self._runners.get(name)
        if runner is not None:
            runner.keep_alive_s = 0.0
            if not runner.users:
                await self._end(runner)

    async def close(self) -> None:
        for runner in list(self._runners.values()):
            await self._end(runner)
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        shutil.rmtree(self._sockets, ignore_errors=True)

    async def _runner(self, name: str, window: int | None) -> Runner:
        """Counted as used before anything else can happen."""
        model = await asyncio.to_thread(self.shelf.find, name)
        if model.kind != "chat":
            raise Refused(400, f"{model.name} makes embeddings and does not chat")
        try:
            head = await asyncio.to_thread(head_of, model)
        except FileNotFoundError:
            raise ModelNotThere(f"model {name[:100]!r} not found: its file has gone.") from None
        wanted = fit.window_for(head, max(WINDOW, window or 0))
        if ready := self._ready(model, wanted):
            ready.users += 1
            return ready
        async with self._loading:  # one at a time: each reckons with the memory of the others
            if (there := self._ready(model, wanted)) is None:
                if (other := self._runners.get(model.name)) is not None:
                    await self._until_idle(other)
                    await self._end(other)
                there = await self._load(model, head, wanted)
            there.users += 1
            return there

    def _ready(self, model: Here, window: int) -> Runner | None:
        one = self._runners.get(model.name)
        if one is None or not one.is_alive or one.model.sha256 != model.sha256:
            return None
        return one if one.layout.window >= window else None

    async def _load(self, model: Here, head: Head, window: int) -> Runner:
        layout = await self._make_room(model, head, window)
        path = await asyncio.to_thread(prepared, self.shelf, model, head)
        began_s = time.monotonic()
        self._number += 1
        socket = self._sockets / f"{os.getpid()}-{self._number}.sock"
        process = await _spawn(path, socket, layout)
        transport = httpx.AsyncHTTPTransport(
            uds=str(socket), limits=httpx.Limits(max_connections=None, max_keepalive_connections=0)
        )
        client = httpx.AsyncClient(
            transport=transport, base_url="http://runner", timeout=httpx.Timeout(None, connect=5)
        )
        runner = Runner(model, head, layout, process, client)
        try:
            async with asyncio.timeout(LOADED_MAX_S):
                await _until_ready(runner)
        except BaseException as error:
            await self._end(runner)
            if isinstance(error, TimeoutError):
                raise Refused(
                    503, f"{model.name} was not loaded after {LOADED_MAX_S:.0f} s", "server_error"
                ) from None
            raise
        runner.load_s = time.monotonic() - began_s
        self._runners[model.name] = runner
        self._do(self._watch(runner))
        log.info(
            f"{model.name} is loaded.",
            action="model_server.loaded",
            model=model.name,
            slots=layout.slots,
            window=layout.window,
            load_ms=round(runner.load_s * 1000),
        )
        return runner

    async def _make_room(self, model: Here, head: Head, window: int) -> fit.Layout:
        """Models nobody uses go first, the one unused for longest before the others."""
        while True:
            idle = [one for one in self.running if not one.users]
            slots = fit.SLOTS_MAX if idle else 1
            room = self._free_bytes()
            try:
                if idle:
                    return _whole(model, head, window, room, slots)
                return fit.layout(model.name, head, _in_memory(model), window, room)
            except Refused:
                if not idle:
                    raise
                await self._end(min(idle, key=lambda one: one.used_at_s))

    def _free_bytes(self) -> int:
        reckoned = sum(one.layout.bytes for one in self.running)
        there = psutil.virtual_memory().available - _SPARE_BYTES
        return int(min(self._memory_max_bytes - reckoned, there))

    async def _watch(self, runner: Runner) -> None:
        code = await runner.process.wait()
        if not runner.is_ending:
            log.warning(
                f"llama.cpp with {runner.model.name} has ended by itself.",
                action="model_server.runner_died",
                model=runner.model.name,
                exit_code=code,
            )
            await self._end(runner)

    async def _end(self, runner: Runner) -> None:
        runner.is_ending = True
        if self._runners.get(runner.model.name) is runner:
            del self._runners[runner.model.name]
        with suppress(ProcessLookupError):
            runner.process.kill()  # it has nothing to lose
        await runner.process.wait()
        await runner.client.aclose()
        await self._tell_idle()

    def _end_later(self, runner: Runner) -> None:
        if math.isinf(runner.keep_alive_s):
            return
        wait_s, used_at_s = runner.keep_alive_s, runner.used_at_s

        async def end() -> None:
            await asyncio.sleep(wait_s)
            if not runner.users and runner.used_at_s == used_at_s and runner.is_alive:
                log.info(
                    f"{runner.model.name} is out of memory again, unused.",
                    action="model_server.unloaded",
                    model=runner.model.name,
                )
                await self._end(runner)

        self._do(end())

    async def _until_idle(self, runner: Runner) -> None:
        async with self._idle:
            await self._idle.wait_for(lambda: not runner.users or not runner.is_alive)

    async def _tell_idle(self) -> None:
        async with self._idle:
            self._idle.notify_all()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


def _whole(model: Here, head: Head, window: int, room: int, slots: int) -> fit.Layout:
    """With all slots or not at all."""
    needed = fit.bytes_needed(head, _in_memory(model), window, slots)
    if needed > room:
        raise does_not_fit("not beside the others")
    return fit.Layout(slots, window, needed)


def _in_memory(model: Here) -> int:
    """Weights as they will be loaded: small ones in a form that is half as large again."""
    return round(model.bytes * 1.5) if model.bytes < PREPARED_MAX_BYTES else model.bytes


async def _spawn(path: Path, socket: Path, layout: fit.Layout) -> Process:
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    words = [sys.executable, "-P", str(_RUNNER), str(socket), str(path)]
    words += [str(layout.window), str(layout.slots), str(threads or 1)]
    # Threads that wait for each other sleep: on a busy machine spinning makes them a hundred
    # times slower.
    return await asyncio.create_subprocess_exec(
        *tethered(words, signal.SIGKILL),
        stdin=DEVNULL,
        env={**os.environ, "OMP_WAIT_POLICY": "passive"},
    )


async def _until_ready(runner: Runner) -> None:
    while True:
        if runner.process.returncode is not None:
            raise Refused(
                500,
                f"llama.cpp could not load {runner.model.name}; the server's log says why",
                "server_error",
            )
        with suppress(httpx.TransportError):
            answer = await runner.client.get("/health")
            if answer.status_code == httpx.codes.OK:
                return
        await asyncio.sleep(_POLL_S)


def _socket_folder(data_dir: Path) -> Path:
    folder = data_dir / "run"
    if len(str(folder)) > _SOCKET_PATH_MAX:
        return Path(tempfile.mkdtemp(prefix="homepot-llm-"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="llm-", dir=folder))
    for old in folder.parent.glob("llm-*"):
        if old != folder and not _is_used(old):
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _is_used(folder: Path) -> bool:
    """Whether the process that made the sockets in it still lives."""
    pids = {name.name.split("-")[0] for name in folder.glob("*.sock")}
    return any(pid.isdecimal() and psutil.pid_exists(int(pid)) for pid in pids)
