"""A model server that is none, for tests: says what it is told to, fails when it is told to."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from homepot.ai.llm.doors.door import Asked, Model, Piece
from homepot.ai.llm.errors import ModelAway, NoSuchModel
from homepot.core.errors import HomepotError


def echo(asked: Asked) -> str:
    return f"You asked: {asked.question}"


@dataclass
class FakeDoor:
    """Each failure is raised once, in turn, before anything is said; None lets a call through."""

    url: str = "http://fake.invalid"
    answer: Callable[[Asked], str] = echo
    there: Sequence[Model] = (Model("fake:small", 1_000_000),)
    failures: list[HomepotError | None] = field(default_factory=list)
    breaks_off: HomepotError | None = None
    waits: asyncio.Event | None = None
    is_away: bool = False
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    at_once_most: int = 0

    async def version(self) -> str:
        if self.is_away:
            raise ModelAway
        return "0.0.0-fake"

    async def models(self) -> Sequence[Model]:
        await self.version()
        return self.there

    async def chat(self, asked: Asked) -> AsyncGenerator[Piece]:
        self.asked.append(asked)
        self.at_once += 1
        self.at_once_most = max(self.at_once_most, self.at_once)
        try:
            await self.version()
            if failure := self.failures.pop(0) if self.failures else None:
                raise failure
            if asked.model not in {model.name for model in self.there}:
                raise NoSuchModel
            if self.waits is not None:
                await self.waits.wait()
            words = self.answer(asked).split(" ")[: asked.options.answer_tokens_max]
            for place, word in enumerate(words):
                if self.breaks_off is not None and place == len(words) // 2:
                    raise self.breaks_off
                await asyncio.sleep(0)
                yield Piece(word if place == 0 else f" {word}")
            yield Piece("", len(asked.question.split()), len(words), is_last=True)
        finally:
            self.at_once -= 1

    async def close(self) -> None:
        pass
