"""A message between its arrival and its acknowledgement, and what was read out of some. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from homepot.telemetry.mqtt.reading import Reader, Refused, Row
from homepot.telemetry.mqtt.receipts import Receipts


@dataclass(frozen=True, slots=True)
class Message:
    topic: str
    payload: bytes
    came_us: int
    packet: int | None  # the number to acknowledge it by; None where the sender wants no answer
    repeat: bool
    retained: bool
    came_over: object


@dataclass
class Sorted:
    """What a few messages said, together. `index` has for each row its message's place."""

    rows: list[Row] = field(default_factory=list)
    index: list[int] = field(default_factory=list)
    alive: set[str] = field(default_factory=set)
    refused: list[tuple[str, str]] = field(default_factory=list)
    passed_over: int = 0


def sorted_out(messages: Sequence[Message], reader: Reader, receipts: Receipts) -> Sorted:
    found = Sorted()
    for place, message in enumerate(messages):
        try:
            said = reader.read(message.topic, message.payload)
        except Refused as refusal:
            found.refused.append((message.topic, str(refusal)))
            continue
        found.refused += [(message.topic, reason) for reason in said.refused]
        rows = said.rows
        if message.retained:
            # An old state: it may be stored under its own time, and is no sign of life.
            rows = [row for row in rows if row.at_us is not None]
        elif said.alive is not None:
            found.alive.add(said.alive)
        for row in rows:
            if row.at_us is None:
                row.at_us = _moment_us(message, receipts)
            found.rows.append(row)
            found.index.append(place)
        if not rows and not said.refused:
            found.passed_over += 1
    return found


def _moment_us(message: Message, receipts: Receipts) -> int:
    return receipts.moment_us(
        message.packet,
        repeat=message.repeat,
        topic=message.topic,
        payload=message.payload,
        came_us=message.came_us,
    )
