"""Whoever has a model to answer with: Ollama where it is installed, else the server that came
along."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence

from homepot.ai.llm.doors.door import Asked, Door, Model, Piece
from homepot.ai.llm.errors import ModelAway

# An Ollama that is installed or started later is used after this long, without a setting.
CHOSEN_FOR_S = 10.0
LOOK_MAX_S = 5.0


class FirstThatAnswers:
    """Several doors as one. The choice holds for a while, and ends when the server is away."""

    def __init__(
        self, doors: Sequence[Door], clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._doors = doors
        self._clock_s = clock_s
        self._chosen = doors[0]
        self._until_s = float("-inf")

    @property
    def url(self) -> str:
        return self._chosen.url

    async def version(self) -> str:
        return await (await self._choose()).version()

    async def models(self) -> Sequence[Model]:
        return await (await self._choose()).models()

    async def chat(self, asked: Asked) -> AsyncGenerator[Piece]:
        door = await self._choose()
        try:
            async for piece in door.chat(asked):
                yield piece
        except ModelAway:
            self._until_s = float("-inf")
            raise

    async def close(self) -> None:
        for door in self._doors:
            await door.close()

    async def _choose(self) -> Door:
        if self._clock_s() < self._until_s:
            return self._chosen
        empty: Door | None = None
        for door in self._doors:
            try:
                await door.version()
                async with asyncio.timeout(LOOK_MAX_S):
                    has_models = bool(await door.models())
            except (ModelAway, TimeoutError):
                continue
            if has_models:
                return self._choice(door)
            empty = empty or door
        if empty is None:
            raise ModelAway
        return self._choice(empty)

    def _choice(self, door: Door) -> Door:
        self._chosen, self._until_s = door, self._clock_s() + CHOSEN_FOR_S
        return door
