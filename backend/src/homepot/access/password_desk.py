"""Where passwords are hashed and checked: in threads, and only a few at once.

One check takes tens of milliseconds and 64 MiB on purpose. Without a bound a flood of sign-ins
would take every core and all memory; with one it waits here, holding neither a transaction nor
the event loop.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from homepot.access.passwords import normalised
from homepot.core.errors import TooMany
from homepot.core.security import hash_password, verify_password

WAITING_MAX = 64
_RETRY_AFTER_S = 5

Result = TypeVar("Result")


class PasswordDesk:
    def __init__(self, at_once_max: int) -> None:
        self._places = asyncio.Semaphore(at_once_max)
        self._waiting = 0

    async def verify(self, password: str, stored: str | None) -> bool:
        return await self._in_turn(lambda: verify_password(normalised(password), stored))

    async def hash(self, password: str) -> str:
        return await self._in_turn(lambda: hash_password(normalised(password)))

    async def _in_turn(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= WAITING_MAX:
            raise TooMany(
                "Many people are signing in just now; try again in a few seconds.",
                retry_after_s=_RETRY_AFTER_S,
            )
        self._waiting += 1
        try:
            async with self._places:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
