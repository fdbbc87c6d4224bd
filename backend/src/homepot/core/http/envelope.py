"""Round every request: an id of its own, one line in the log, and safe headers on the answer."""

import re
import secrets
import sys
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homepot.core.errors import HomepotError
from homepot.core.http.problems import problem_response, translated
from homepot.core.log import get_logger
from homepot.core.metrics import REQUESTS

log = get_logger(__name__)

# Nothing is loaded from elsewhere and nothing inline runs: the pages are all ours.
_SAFE = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
        " frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
SLOW_S = 1.0
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_GOOD_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class EnvelopeMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, _in_plain_words(send))
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(Headers(scope=scope).get("x-request-id"))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        scope.setdefault("state", {})["request_id"] = request_id

        answered = False

        async def finished(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                answered = True
                _log_done(scope, message["status"], time.perf_counter() - started)
            await send(message)

        try:
            await self._app(scope, receive, finished)
        except ClientDisconnect:
            log.info("Somebody hung up before the request was whole.", action="request.broken_off")
        except Exception as error:
            # The edge of the application: nothing escapes without a line here and an answer.
            log.exception("A request failed.", action="request.failed", path=scope["path"])
            if not answered:
                await problem_response(translated(error))(scope, receive, finished)


def _in_plain_words(send: Send) -> Send:
    """A start that is refused says why in one line; the way it came is of no use to its owner."""

    async def told(message: Message) -> None:
        if message["type"] == "lifespan.startup.failed":
            cause = sys.exc_info()[1]
            if isinstance(cause, HomepotError):
                message = {**message, "message": cause.detail}
        await send(message)

    return told


def _log_done(scope: Scope, status: int, took_s: float) -> None:
    """What went well and quickly is said only to those who ask for every line."""
    # As the route is written, without the ids in it; what no route answers is one.
    route = getattr(scope.get("route"), "path", "none")
    method = scope["method"] if scope["method"] in _METHODS else "other"
    REQUESTS.labels(method, route, f"{status // 100}xx").observe(took_s)
    say = log.debug if status < 400 and took_s < SLOW_S else log.info
    say(
        f"{scope['method']} {scope['path']} answered {status}.",
        action="request.done",
        status=status,
        took_ms=round(took_s * 1000, 1),
    )


def _request_id(given: str | None) -> str:
    """A caller's own id is kept, so that its log and ours can be laid side by side."""
    return given if given and _GOOD_ID.fullmatch(given) else secrets.token_hex(8)
