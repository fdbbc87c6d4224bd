"""Limits on the way in, as plain ASGI: the size of a body, requests at once, requests a second.

Over a limit the answer comes before any work is done, and it says when to come again.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homepot.core.errors import HomepotError, TooLarge, TooMany, Unavailable
from homepot.core.http.problems import problem_response


@dataclass(frozen=True)
class Limits:
    body_size_max_bytes: int
    in_flight_requests_max: int
    requests_per_second_max: float
    requests_burst_max: float
    # Addresses whose callers take 429 for the end and come again after 503 alone.
    told_unavailable: frozenset[str] = frozenset()


class _Buckets:
    """Token buckets by client address; the least recently seen are forgotten first."""

    KEPT_MAX = 10_000

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, at_s: float) -> float:
        """Seconds to wait; 0 where there was one left."""
        left, before_s = self._held.pop(key, (self._burst, at_s))
        left = min(self._burst, left + (at_s - before_s) * self._per_second)
        wait_s = 0.0 if left >= 1 else (1 - left) / self._per_second
        self._held[key] = (left - 1 if left >= 1 else left, at_s)
        if len(self._held) > self.KEPT_MAX:
            self._held.popitem(last=False)
        return wait_s


class LimitsMiddleware:
    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._buckets = _Buckets(limits.requests_per_second_max, limits.requests_burst_max)
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if (refusal := self._refusal(scope)) is not None:
            if isinstance(refusal, TooMany) and scope["path"] in self._limits.told_unavailable:
                refusal = Unavailable(refusal.detail)
            await problem_response(refusal)(scope, receive, send)
            return
        self._in_flight += 1
        try:
            await self._bounded(scope, receive, send)
        finally:
            self._in_flight -= 1

    def _refusal(self, scope: Scope) -> HomepotError | None:
        client = scope.get("client")
        wait_s = self._buckets.take(client[0] if client else "", time.monotonic())
        if wait_s > 0:
            return TooMany(
                f"More than {self._limits.requests_per_second_max:g} requests a second came from"
                f" this address; try again in {wait_s:.0f} s.",
                retry_after_s=wait_s,
            )
        if self._in_flight >= self._limits.in_flight_requests_max:
            return TooMany("The server is busy with as much as it can do; try again in a second.")
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not (length.isascii() and length.isdigit()) or len(length) > 18:
            return None  # the server in front has refused it already, or the count below will
        return self._too_large() if int(length) > self._limits.body_size_max_bytes else None

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"The body is larger than {self._limits.body_size_max_bytes:,} bytes, the most that is"
            " taken at once; send it in parts."
        )

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a body that did not say its length, and stop reading it at the limit."""
        came = 0
        answered = False

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            if message["type"] == "http.request":
                came += len(message.get("body", b""))
                if came > self._limits.body_size_max_bytes:
                    raise self._too_large()
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except TooLarge as error:
            if answered:
                raise
            await problem_response(error)(scope, receive, send)
