"""Answers that end when nobody listens any more; errors in the shape of the caller's protocol."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from homepot.ai.llm.server.errors import Refused

# A client that takes nothing for so long is as good as gone.
SEND_MAX_S = 30.0

Words = AsyncGenerator[bytes]
Shaped = Callable[[Refused], dict[str, Any]]


def in_ollamas_shape(refused: Refused) -> dict[str, Any]:
    return {"error": refused.words}


def in_openais_shape(refused: Refused) -> dict[str, Any]:
    code = {404: "model_not_found"}.get(refused.status)
    error = {"message": refused.words, "type": refused.kind, "param": None, "code": code}
    return {"error": error}


class Listened(Response):
    """Streams what the generator yields. The status waits for its first piece."""

    def __init__(self, words: Words, media_type: str, shaped: Shaped, late: bytes = b"") -> None:
        super().__init__(media_type=media_type)
        self._words = words
        self._shaped = shaped
        self._late = late
        self._receive: Receive | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        speaking = asyncio.ensure_future(self._speak(scope, receive, send))
        leaving = asyncio.ensure_future(_until_gone(receive))
        try:
            await asyncio.wait({speaking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (speaking, leaving):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await leaving
            with suppress(asyncio.CancelledError, OSError, TimeoutError):
                await speaking
            await self._words.aclose()

    async def _speak(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            piece = await anext(self._words, b"")
        except Refused as refused:
            answer = JSONResponse(self._shaped(refused), refused.status)
            await answer(scope, receive, send)
            return
        headers = [(b"content-type", str(self.media_type).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            while piece:
                await self._send(send, piece)
                piece = await anext(self._words, b"")
        except Refused as refused:
            error = JSONResponse(self._shaped(refused)).body
            await self._send(
                send, self._late + bytes(error) + b"\n" + (b"\n" if self._late else b"")
            )
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, send: Send, piece: bytes) -> None:
        async with asyncio.timeout(SEND_MAX_S):
            await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
