"""What a sender was about to say, and what it was told: on disk before the next step is taken.

One JSON object a line. `say` is flushed to the medium before the first byte is sent, `ack` before
the sender goes on; so whatever is killed, the ledger knows everything that can have been stored
and everything that was promised.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One report of one device at one moment."""

    device_id: str
    at_us: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Receipt:
    """The server's answer: what became of the rows."""

    stored: int
    repeated: int
    corrected: int
    rejected: int = 0


@dataclass
class Saying:
    """Rows that were sent together, and what is known of them.

    `intent` is what the sender means by it: new rows, a repeat, a correction, or more metrics
    for a moment that is known.
    """

    number: int
    intent: str
    rows: Sequence[Row]
    receipt: Receipt | None = None
    unanswered: int = 0
    refusals: list[int] = field(default_factory=list)

    @property
    def is_acknowledged(self) -> bool:
        return self.receipt is not None


class Ledger:
    """One sender's book. Opened again after a crash, it goes on where the last line is whole.

    One whose sender is never killed need not wait for the medium.
    """

    def __init__(self, path: Path, *, is_flushed: bool = True) -> None:
        self._is_flushed = is_flushed
        self.sayings = read(path)
        path.touch()
        _cut_torn_line(path)
        self._file = path.open("ab")

    def say(self, intent: str, rows: Sequence[Row]) -> Saying:
        saying = Saying(len(self.sayings), intent, rows)
        self.sayings.append(saying)
        self._write({"say": saying.number, "intent": intent, "rows": rows}, lasting=True)
        return saying

    def acknowledge(self, saying: Saying, receipt: Receipt) -> None:
        saying.receipt = receipt
        self._write({"ack": saying.number, **vars(receipt)}, lasting=True)

    def note_unanswered(self, saying: Saying) -> None:
        saying.unanswered += 1
        self._write({"unanswered": saying.number}, lasting=False)

    def note_refusal(self, saying: Saying, status: int) -> None:
        saying.refusals.append(status)
        self._write({"refused": saying.number, "status": status}, lasting=False)

    def close(self) -> None:
        self._file.close()

    def _write(self, line: Mapping[str, Any], *, lasting: bool) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        if lasting and self._is_flushed:
            os.fsync(self._file.fileno())


def read(path: Path) -> list[Saying]:
    """Everything whole that a ledger says, in the order in which it was said."""
    sayings: list[Saying] = []
    for line in _whole_lines(path):
        told = json.loads(line)
        if "say" in told:
            rows = [Row(*row) for row in told["rows"]]
            sayings.append(Saying(told["say"], told["intent"], rows))
        elif "ack" in told:
            saying = sayings[told.pop("ack")]
            saying.receipt = Receipt(**told)
        elif "unanswered" in told:
            sayings[told["unanswered"]].unanswered += 1
        else:
            sayings[told["refused"]].refusals.append(told["status"])
    return sayings


def _whole_lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))


def _cut_torn_line(path: Path) -> None:
    """What a crash left of a line was never sent: the flush comes before the sending."""
    content = path.read_bytes()
    os.truncate(path, content.rfind(b"\n") + 1)
