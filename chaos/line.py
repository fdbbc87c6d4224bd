"""The line between agents and server: a forwarder on loopback that can be cut, or go deaf.

Deaf is the worst a network can do: the request arrives, its answer is lost.
"""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any, Literal, Self

Mode = Literal["open", "cut", "deaf"]
_PIECE_BYTES = 65_536
_END_MAX_S = 10.0
# What was aborted is closed in the next turns of the loop.
_TURNS_TO_CLOSE = 3


class Line:
    """`with Line(server_port) as line:` then `line.port`, `line.set("cut")`."""

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self._server_port = server_port
        self._mode: Mode = "open"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def set(self, mode: Mode) -> None:
        self._do(self._switch(mode))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._switch("cut")
        # Each ends by itself: its sockets are gone.
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, timeout=_END_MAX_S)
        for _ in range(_TURNS_TO_CLOSE):
            await asyncio.sleep(0)

    async def _switch(self, mode: Mode) -> None:
        self._mode = mode
        if mode == "cut":
            for writer in list(self._writers):
                writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        self._writers.add(writer)
        try:
            if self._mode == "cut":
                return
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
            ends.append(up_writer)
            self._writers.add(up_writer)
            await asyncio.gather(
                self._pump(reader, up_writer, is_answer=False),
                self._pump(up_reader, writer, is_answer=True),
            )
        except OSError:
            return  # the server is away: whoever called sees the line end
        finally:
            for end in ends:
                self._writers.discard(end)
                end.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE_BYTES):
                if not (is_answer and self._mode == "deaf"):
                    writer.write(piece)
                    await writer.drain()
        writer.close()
