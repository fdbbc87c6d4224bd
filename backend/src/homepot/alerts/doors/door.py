"""What every way out is: a message goes through, or is refused with a reason in words."""

from dataclasses import dataclass, field
from typing import Protocol

from homepot.alerts.words import Message


class NotSent(Exception):
    """It did not go out; the text says why, without a secret."""


@dataclass(frozen=True)
class Attached:
    """A file that goes with a message, where the way takes one."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Way:
    """A channel as the sender knows it."""

    name: str
    kind: str
    url: str | None = field(repr=False)
    topic: str | None
    length: str
    attached: Attached | None = None

    def text_of(self, message: Message) -> str:
        return message.long if self.length == "long" else message.short


class Door(Protocol):
    def send(self, way: Way, message: Message, *, again: bool) -> None:
        """Send it, or NotSent. Takes its time: it is called in a thread. `again`: an earlier
        attempt may have arrived."""
