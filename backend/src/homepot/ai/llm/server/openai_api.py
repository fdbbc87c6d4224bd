"""OpenAI's protocol, for programs that speak nothing else."""

import asyncio
import base64
import json
import secrets
import struct
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from homepot.ai.llm.models.shelf import Here
from homepot.ai.llm.server import engine, translate
from homepot.ai.llm.server.answers import Listened, in_openais_shape
from homepot.ai.llm.server.asking import Server, body_of, translated, unless_gone
from homepot.ai.llm.server.errors import Refused
from homepot.ai.llm.server.keep_alive import seconds
from homepot.ai.llm.server.shapes import OpenAiChat, OpenAiEmbeddings, OpenAiPrompt

_OWNER = "homepot"
Asked = OpenAiChat | OpenAiPrompt


def routes(server: Server) -> list[Route]:
    api = _Api(server)
    return [
        Route("/v1/models", api.models, methods=["GET"]),
        Route("/v1/models/{name:path}", api.model, methods=["GET"]),
        Route("/v1/chat/completions", api.chat, methods=["POST"]),
        Route("/v1/completions", api.completions, methods=["POST"]),
        Route("/v1/embeddings", api.embeddings, methods=["POST"]),
    ]


class _Api:
    def __init__(self, server: Server) -> None:
        self._server = server

    async def models(self, _: Request) -> Response:
        there = await asyncio.to_thread(self._server.shelf.all)
        told = [unless_gone(_model, one) for one in there]
        return JSONResponse({"object": "list", "data": [one for one in told if one]})

    async def model(self, request: Request) -> Response:
        one = await asyncio.to_thread(self._server.find, request.path_params["name"])
        return JSONResponse(_model(one))

    async def chat(self, request: Request) -> Response:
        asked = await body_of(request, OpenAiChat)
        if asked.tools:
            raise Refused(400, f"{asked.model} does not support tools")
        self._server.check_room()
        return self._answer(asked, translated(translate.of_openai, asked))

    async def completions(self, request: Request) -> Response:
        asked = await body_of(request, OpenAiPrompt)
        self._server.check_room()
        return self._answer(asked, translated(translate.of_openai_prompt, asked))

    def _answer(self, asked: Asked, body: dict[str, Any]) -> Response:
        if asked.stream:
            words = self._events(asked, body)
            return Listened(words, "text/event-stream", in_openais_shape, late=b"data: ")
        return Listened(self._whole(asked, body), "application/json", in_openais_shape)

    async def embeddings(self, request: Request) -> Response:
        asked = await body_of(request, OpenAiEmbeddings)
        texts = [asked.input] if isinstance(asked.input, str) else asked.input
        vectors, tokens = await self._server.embed(asked.model, texts)
        if asked.dimensions and vectors and asked.dimensions != len(vectors[0]):
            raise Refused(400, f"{asked.model} gives {len(vectors[0])} dimensions and no other")
        data = [
            {"object": "embedding", "index": place, "embedding": _coded(vector, asked)}
            for place, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return JSONResponse({"object": "list", "data": data, "model": asked.model, "usage": usage})

    async def _said(self, asked: Asked, body: dict[str, Any]) -> AsyncGenerator[engine.Said]:
        async with (
            self._server.use(asked.model, None, seconds(None)) as runner,
            aclosing(engine.say(runner, body)) as said,
        ):
            async for piece in said:
                yield piece

    async def _events(self, asked: Asked, body: dict[str, Any]) -> AsyncGenerator[bytes]:
        is_chat = isinstance(asked, OpenAiChat)
        head = _head(asked, "chat.completion.chunk" if is_chat else "text_completion")
        counts = asked.stream_options is not None and asked.stream_options.include_usage
        role: dict[str, str] = {"role": "assistant"}
        async with aclosing(self._said(asked, body)) as said:
            async for piece in said:
                words = {**role, "content": piece.text} if piece.reason is None else role
                one = _choice("delta", words) if is_chat else _choice("text", piece.text)
                yield _event({**head, "choices": [{**one, "finish_reason": piece.reason}]})
                role = {}
                if piece.reason is None:
                    continue
                if counts:
                    yield _event({**head, "choices": [], "usage": _usage(piece)})
        yield b"data: [DONE]\n\n"

    async def _whole(self, asked: Asked, body: dict[str, Any]) -> AsyncGenerator[bytes]:
        words = []
        async with aclosing(self._said(asked, body)) as said:
            async for piece in said:
                words.append(piece.text)
        text = "".join(words)
        if isinstance(asked, OpenAiChat):
            head = _head(asked, "chat.completion")
            one = _choice("message", {"role": "assistant", "content": text})
        else:
            head, one = _head(asked, "text_completion"), _choice("text", text)
        one["finish_reason"] = piece.reason
        whole = {**head, "choices": [one], "usage": _usage(piece)}
        yield json.dumps(whole, ensure_ascii=False).encode()


def _head(asked: Asked, kind: str) -> dict[str, Any]:
    return {"id": _id(), "object": kind, "created": int(time.time()), "model": asked.model}


def _choice(kind: str, words: dict[str, str] | str) -> dict[str, Any]:
    return {"index": 0, kind: words, "finish_reason": None, "logprobs": None}


def _usage(last: engine.Said) -> dict[str, int]:
    return {
        "prompt_tokens": last.prompt_tokens,
        "completion_tokens": last.answer_tokens,
        "total_tokens": last.prompt_tokens + last.answer_tokens,
    }


def _coded(vector: list[float], asked: OpenAiEmbeddings) -> list[float] | str:
    if asked.encoding_format == "float":
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _event(given: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(given, ensure_ascii=False).encode() + b"\n\n"


def _model(one: Here) -> dict[str, Any]:
    changed_s = int(one.path.stat().st_mtime)
    return {"id": one.name, "object": "model", "created": changed_s, "owned_by": _OWNER}


def _id() -> str:
    return f"chatcmpl-{secrets.token_hex(12)}"
