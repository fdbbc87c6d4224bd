"""The model server as an application: loopback alone, both protocols, errors in their shapes."""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from homepot.ai.embedding import Embedding
from homepot.ai.llm.models.shelf import Shelf
from homepot.ai.llm.server import ollama_api, openai_api
from homepot.ai.llm.server.answers import in_ollamas_shape, in_openais_shape
from homepot.ai.llm.server.asking import Server
from homepot.ai.llm.server.errors import Refused
from homepot.ai.llm.server.stable import Stable
from homepot.core.settings import Settings


def create_app(settings: Settings, shelf: Shelf | None = None) -> Starlette:
    shelf = shelf or Shelf.of(settings)
    stable = Stable(shelf, settings.data_dir, settings.model_server_memory_max_bytes)
    embedding = Embedding()
    server = Server(shelf, stable, embedding)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await stable.close()
            embedding.close()

    app = Starlette(
        routes=[*ollama_api.routes(server), *openai_api.routes(server)],
        lifespan=lifespan,
        exception_handlers={Refused: _refused, HTTPException: _refused, Exception: _refused},
    )
    app.add_middleware(_OnlyNear)
    app.state.server = server
    return app


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, Refused):
        refused = error
    elif isinstance(error, HTTPException):
        refused = Refused(error.status_code, f"{request.method} {request.url.path}: {error.detail}")
    else:  # its traceback goes to the log by itself
        words = f"a fault of the server's own ({type(error).__name__})"
        refused = Refused(500, words, "server_error")
    is_openai = request.url.path.startswith("/v1/")
    shaped = in_openais_shape if is_openai else in_ollamas_shape
    return JSONResponse(shaped(refused), refused.status)


class _OnlyNear:
    """Pages of others in a browser on this machine are not let in by a name that points here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            host = f"//{headers.get(b'host', b'localhost').decode('latin-1')}"
            origin = headers.get(b"origin", b"").decode("latin-1")
            if not _is_near(host) or (origin and not _is_near(origin)):
                words = {"error": "only programs on this machine are answered"}
                await JSONResponse(words, 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _is_near(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
