"""How the work tells how far it is."""

from typing import Protocol


class Advance(Protocol):
    """Told of a file, how much further it is now, and, where it is news, of how much in all."""

    def __call__(self, file: str, more: int, of: int | None = None) -> None: ...
