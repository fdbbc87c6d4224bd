"""Ollama's protocol: what is there, and answers line by line."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from homepot import __version__
from homepot.ai.llm.models.gguf import Head
from homepot.ai.llm.models.pulling import Step, pull, remove
from homepot.ai.llm.models.shelf import Here
from homepot.ai.llm.server import engine, translate
from homepot.ai.llm.server.answers import Listened, in_ollamas_shape
from homepot.ai.llm.server.asking import Server, body_of, refused_of, translated, unless_gone
from homepot.ai.llm.server.errors import Refused
from homepot.ai.llm.server.keep_alive import seconds
from homepot.ai.llm.server.shapes import Chat, Delete, Embed, Generate, Pull, Show
from homepot.ai.llm.server.stable import head_of
from homepot.core.clock import now
from homepot.core.errors import HomepotError

_LINES = "application/x-ndjson"
_NOT_FOUND = "not_found_error"
_FOR_GOOD = timedelta(days=36_500)
# How weights are rounded, by the number in the file (llama.cpp's llama_ftype).
_ROUNDING = {0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
             11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
             17: "Q5_K_M", 18: "Q6_K"}  # fmt: skip


def routes(server: Server) -> list[Route]:
    api = _Api(server)
    return [
        Route("/", api.hello, methods=["GET", "HEAD"]),
        Route("/api/version", api.version, methods=["GET", "HEAD"]),
        Route("/api/tags", api.tags, methods=["GET"]),
        Route("/api/ps", api.ps, methods=["GET"]),
        Route("/api/show", api.show, methods=["POST"]),
        Route("/api/chat", api.chat, methods=["POST"]),
        Route("/api/generate", api.generate, methods=["POST"]),
        Route("/api/embed", api.embed, methods=["POST"]),
        Route("/api/embeddings", api.embed_one, methods=["POST"]),
        Route("/api/pull", api.pull, methods=["POST"]),
        Route("/api/delete", api.delete, methods=["DELETE"]),
    ]


class _Api:
    def __init__(self, server: Server) -> None:
        self._server = server

    async def hello(self, _: Request) -> Response:
        return Response("HOMEPOT's model server is running", media_type="text/plain")

    async def version(self, _: Request) -> Response:
        return JSONResponse({"version": __version__})

    async def tags(self, _: Request) -> Response:
        there = await asyncio.to_thread(self._server.shelf.all)
        told = [await asyncio.to_thread(unless_gone, _tag, one) for one in there]
        return JSONResponse({"models": [one for one in told if one]})

    async def ps(self, _: Request) -> Response:
        """A model whose file has gone leaves the memory too, as soon as nobody uses it."""
        told = []
        for runner in self._server.stable.running:
            if (one := await asyncio.to_thread(unless_gone, _loaded, runner)) is not None:
                told.append(one)
            else:
                await self._server.stable.unload(runner.model.name)
        return JSONResponse({"models": told})

    async def show(self, request: Request) -> Response:
        asked = await body_of(request, Show)
        one = await asyncio.to_thread(self._server.find, asked.called)
        shown = await asyncio.to_thread(unless_gone, _shown, one)
        if shown is None:
            raise Refused(404, f"model {one.name!r} not found: its file has gone", _NOT_FOUND)
        return JSONResponse(shown)

    async def chat(self, request: Request) -> Response:
        asked = await body_of(request, Chat)
        if asked.tools:
            raise Refused(400, f"{asked.called} does not support tools")
        self._server.check_room()
        return await self._answer(asked, None if not asked.messages else translate.of_chat, "chat")

    async def generate(self, request: Request) -> Response:
        asked = await body_of(request, Generate)
        if asked.suffix or asked.images:
            raise Refused(400, f"{asked.called} takes a prompt alone: no suffix and no images")
        self._server.check_room()
        empty = not asked.prompt and not asked.system
        return await self._answer(asked, None if empty else translate.of_generate, "generate")

    async def _answer(self, asked: Chat | Generate, translating: Any, kind: str) -> Response:
        body = translated(translating, asked) if translating else None
        lines = self._lines(asked, body, kind)
        if asked.stream:
            return Listened(lines, _LINES, in_ollamas_shape)
        return Listened(_joined(lines, kind), "application/json", in_ollamas_shape)

    async def _lines(
        self, asked: Chat | Generate, body: dict[str, Any] | None, kind: str
    ) -> AsyncGenerator[bytes]:
        began_s = time.monotonic()
        keep_s = seconds(asked.keep_alive)
        name = asked.called
        if body is None and keep_s == 0:
            one = await asyncio.to_thread(self._server.find, name)
            await self._server.stable.unload(one.name)
            yield _line(name, kind, "", done_reason="unload")
            return
        window = asked.options.num_ctx if asked.options else None
        async with self._server.use(name, window, keep_s) as runner:
            load_s = time.monotonic() - began_s
            if body is None:
                yield _line(name, kind, "", done_reason="load")
                return
            await engine.check_window(runner, body, window)
            async with aclosing(engine.say(runner, body)) as said:
                async for piece in said:
                    if piece.reason is None:
                        yield _line(name, kind, piece.text)
                    else:
                        yield _last_line(name, kind, piece, load_s, time.monotonic() - began_s)

    async def embed(self, request: Request) -> Response:
        asked = await body_of(request, Embed)
        texts = [asked.input] if isinstance(asked.input, str) else asked.input
        began_s = time.monotonic()
        vectors, tokens = await self._server.embed(asked.called, texts)
        took_ns = round((time.monotonic() - began_s) * 1e9)
        return JSONResponse(
            {"model": asked.called, "embeddings": vectors, "total_duration": took_ns,
             "load_duration": 0, "prompt_eval_count": tokens}
        )  # fmt: skip

    async def embed_one(self, request: Request) -> Response:
        asked = await body_of(request, Embed)
        text = asked.prompt if asked.prompt is not None else asked.input
        if not isinstance(text, str):
            raise Refused(400, "/api/embeddings takes one prompt; /api/embed takes several")
        vectors, _ = await self._server.embed(asked.called, [text])
        return JSONResponse({"embedding": vectors[0]})

    async def pull(self, request: Request) -> Response:
        asked = await body_of(request, Pull)
        lines = _pulling(self._server, asked.called)
        if asked.stream:
            return Listened(lines, _LINES, in_ollamas_shape)
        return Listened(_last_of(lines), "application/json", in_ollamas_shape)

    async def delete(self, request: Request) -> Response:
        asked = await body_of(request, Delete)
        one = await asyncio.to_thread(self._server.find, asked.called)
        await self._server.stable.unload(one.name)
        try:
            await asyncio.to_thread(remove, self._server.shelf, one.name)
        except HomepotError as error:
            raise Refused(400, error.detail) from None
        return Response(status_code=200)


async def _pulling(server: Server, name: str) -> AsyncGenerator[bytes]:
    """The pull goes on in a thread; this tells how far it is, a few times a second."""
    newest: list[Step] = []
    work = asyncio.ensure_future(asyncio.to_thread(pull, server.shelf, name, newest.append))
    yield _json({"status": "pulling manifest"})
    while not work.done():
        await asyncio.wait({work}, timeout=0.2)
        if newest:
            step = newest[-1]
            newest.clear()
            told: dict[str, Any] = {"status": step.doing}
            if step.total:
                told |= {"digest": name, "total": step.total, "completed": step.done}
            yield _json(told)
    try:
        work.result()
    except HomepotError as error:
        raise refused_of(error) from None
    yield _json({"status": "success"})


async def _last_of(lines: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    last = b""
    async with aclosing(lines):
        async for line in lines:
            last = line
    yield last


async def _joined(lines: AsyncGenerator[bytes], kind: str) -> AsyncGenerator[bytes]:
    """The whole answer as one object."""
    words = []
    last: dict[str, Any] = {}
    async with aclosing(lines):
        async for line in lines:
            last = json.loads(line)
            words.append(last["message"]["content"] if kind == "chat" else last["response"])
    text = "".join(words)
    last |= {"message": _message(text)} if kind == "chat" else {"response": text}
    yield _json(last)


def _message(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def _line(model: str, kind: str, text: str, **more: Any) -> bytes:
    words = {"message": _message(text)} if kind == "chat" else {"response": text}
    done = "done_reason" in more
    return _json({"model": model, "created_at": _stamp(), **words, "done": done, **more})


def _last_line(model: str, kind: str, said: engine.Said, load_s: float, total_s: float) -> bytes:
    return _line(
        model, kind, "",
        done_reason=said.reason,
        total_duration=round(total_s * 1e9),
        load_duration=round(load_s * 1e9),
        prompt_eval_count=said.prompt_tokens,
        prompt_eval_duration=round(said.prompt_s * 1e9),
        eval_count=said.answer_tokens,
        eval_duration=round(said.answer_s * 1e9),
    )  # fmt: skip


def _json(given: dict[str, Any]) -> bytes:
    return json.dumps(given, ensure_ascii=False).encode() + b"\n"


def _stamp(at: datetime | None = None) -> str:
    return (at or now()).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _details(one: Here) -> dict[str, Any]:
    if one.kind == "embedding":
        return {"parent_model": "", "format": "onnx", "family": "bert", "families": ["bert"],
                "parameter_size": "22.7M", "quantization_level": "int8"}  # fmt: skip
    head = head_of(one)
    return {
        "parent_model": "", "format": "gguf",
        "family": head.architecture, "families": [head.architecture],
        "parameter_size": _size_of(head),
        "quantization_level": _ROUNDING.get(head.file_type, "unknown"),
    }  # fmt: skip


def _size_of(head: Head) -> str:
    count = head.parameters
    if not count:
        return ""
    return f"{count / 1e9:.1f}B" if count >= 1e9 else f"{count / 1e6:.0f}M"


def _tag(one: Here) -> dict[str, Any]:
    changed = datetime.fromtimestamp(one.path.stat().st_mtime, UTC)
    return {"name": one.name, "model": one.name, "modified_at": _stamp(changed), "size": one.bytes,
            "digest": one.sha256, "details": _details(one)}  # fmt: skip


def _loaded(runner: Any) -> dict[str, Any]:
    left = _FOR_GOOD if runner.expires_in_s > _FOR_GOOD.total_seconds() else timedelta(
        seconds=runner.expires_in_s
    )  # fmt: skip
    one = runner.model
    return {"name": one.name, "model": one.name, "size": runner.memory_bytes(), "size_vram": 0,
            "digest": one.sha256, "details": _details(one), "expires_at": _stamp(now() + left),
            "context_length": runner.layout.window}  # fmt: skip


def _shown(one: Here) -> dict[str, Any]:
    details = _details(one)
    can = ["embedding"] if one.kind == "embedding" else ["completion"]
    information: dict[str, Any] = {"general.architecture": details["family"]}
    if one.kind == "chat":
        head = head_of(one)
        information |= {
            f"{head.architecture}.context_length": head.window_max,
            f"{head.architecture}.block_count": head.layers,
            f"{head.architecture}.embedding_length": head.width,
        }
    return {"modelfile": f"FROM {one.path}", "parameters": "", "template": "",
            "license": one.entry.licence if one.entry else "not known", "details": details,
            "model_info": information, "capabilities": can}  # fmt: skip
