"""When messages that say no time came: the same moment however often one is delivered. Pure.

A broker that missed an acknowledgement sends a message again under its packet number, marked as
a repeat. By number and content it is recognised, and has the time it had. There are 65,535 such
numbers, and what a broker cannot send again is forgotten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Receipt:
    packet: int
    digest: bytes
    at_us: int


class Receipts:
    def __init__(self) -> None:
        self._known: dict[int, Receipt] = {}
        self._unsaved: dict[int, Receipt] = {}
        self._last_us = 0

    def __len__(self) -> int:
        return len(self._known)

    def know(self, receipts: Iterable[Receipt]) -> None:
        """What was kept before this process began. Its own knowledge is newer."""
        for one in receipts:
            self._known.setdefault(one.packet, one)

    def moment_us(
        self, packet: int | None, *, repeat: bool, topic: str, payload: bytes, came_us: int
    ) -> int:
        """The time of a message. No two that came have the same, however coarse the clock."""
        if packet is None:
            return self._next(came_us)
        digest = digest_of(topic, payload)
        known = self._known.get(packet)
        if repeat and known is not None and known.digest == digest:
            return known.at_us
        receipt = Receipt(packet, digest, self._next(came_us))
        self._known[packet] = self._unsaved[packet] = receipt
        return receipt.at_us

    def _next(self, came_us: int) -> int:
        # A clock that was set back is believed; only the same moment twice is told apart.
        self._last_us = came_us + 1 if came_us == self._last_us else came_us
        return self._last_us

    def forget(self, before_us: int) -> None:
        """Those that came before this moment, as far as they are saved."""
        self._known = {
            packet: one
            for packet, one in self._known.items()
            if one.at_us >= before_us or packet in self._unsaved
        }

    def unsaved(self) -> list[Receipt]:
        return list(self._unsaved.values())

    def saved(self, receipts: Iterable[Receipt]) -> None:
        for one in receipts:
            if self._unsaved.get(one.packet) is one:
                del self._unsaved[one.packet]


def digest_of(topic: str, payload: bytes) -> bytes:
    content = topic.encode("utf-8", "surrogatepass") + b"\0" + payload
    return blake2b(content, digest_size=16).digest()
