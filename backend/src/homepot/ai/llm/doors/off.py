"""No way at all: the owner has switched the language model off."""

from collections.abc import AsyncGenerator, Sequence

from homepot.ai.llm.doors.door import Asked, Model, Piece
from homepot.ai.llm.errors import ModelOff


class OffDoor:
    def __init__(self, url: str) -> None:
        self.url = url

    async def version(self) -> str:
        raise ModelOff

    async def models(self) -> Sequence[Model]:
        raise ModelOff

    def chat(self, asked: Asked) -> AsyncGenerator[Piece]:  # noqa: ARG002  as every door
        raise ModelOff

    async def close(self) -> None:
        pass
