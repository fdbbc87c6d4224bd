"""Round every request: an id of its own, one line in the log, and safe headers on the answer."""

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homepot.core.log import get_logger

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
_GOOD_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class EnvelopeMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(Headers(scope=scope).get("x-request-id"))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        scope.setdefault("state", {})["request_id"] = request_id

        async def finished(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                log.info(
                    f"{scope['method']} {scope['path']} answered {message['status']}.",
                    action="request.done",
                    status=message["status"],
                    took_ms=round((time.perf_counter() - started) * 1000, 1),
                )
            await send(message)

        await self._app(scope, receive, finished)


def _request_id(given: str | None) -> str:
    """A caller's own id is kept, so that its log and ours can be laid side by side."""
    return given if given and _GOOD_ID.fullmatch(given) else secrets.token_hex(8)
