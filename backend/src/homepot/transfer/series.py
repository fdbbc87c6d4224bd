"""Readings of one device as lines of CSV: how they are read, and how they are written. Pure."""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from homepot.core.words import count
from homepot.telemetry.intake.batch import EPOCH, METRIC_NAME, METRICS_MAX, ROWS_MAX, Batch
from homepot.telemetry.intake.columns import name_refusal
from homepot.transfer.lines import Line

TIME = "timestamp"
# A batch of the widest rows must not weigh more than one of many narrow ones.
BATCH_VALUES_MAX = 250_000
BATCH_ROWS_MAX = 10_000
_SHOWN_MAX = 80
_MICROSECOND = timedelta(microseconds=1)


class WrongLine(ValueError):
    """A line that cannot be a reading; the message says why."""


@dataclass
class Piece:
    """Some lines of a file: the readings in them, and what was wrong with the others."""

    metrics: Sequence[str]
    numbers: list[int] = field(default_factory=list)
    at_us: list[int] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)
    # lines that say that nothing was measured: not stored and not wrong
    empty: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)

    def batch(self, device_id: str) -> Batch:
        rows = len(self.at_us)
        return Batch(
            devices=[device_id],
            metrics=list(self.metrics),
            device=np.zeros(rows, dtype=np.int64),
            at_us=np.array(self.at_us, dtype=np.int64),
            values=np.array(self.values, dtype=np.float64).reshape(rows, len(self.metrics)),
            index=np.arange(rows),
        )


@dataclass(frozen=True)
class Header:
    """Where the time stands in a line, and which places hold which metric."""

    width: int
    time: int
    metrics: Sequence[str]
    places: Sequence[int]
    wrong: Sequence[str]


def header_of(names: Sequence[str]) -> Header:
    """Raises WrongLine where nothing below it could be read; single bad columns are left out."""
    names = [name.strip() for name in names]
    if TIME not in names:
        raise WrongLine(f"no column is called {TIME}, so no line of this file can be taken")
    wrong: list[str] = []
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        if place == names.index(TIME):
            continue
        if not METRIC_NAME.fullmatch(name):
            wrong.append(f"{name_refusal(name)} The column is left out.")
        elif name in found or name == TIME:
            wrong.append(f"the column {name} stands here twice: the second is left out")
        elif len(found) >= METRICS_MAX:
            wrong.append(f"more than {METRICS_MAX:,} metrics: {name} is left out")
        else:
            found[name] = place
    if not found:
        raise WrongLine("no column holds a metric, so no line of this file can be taken")
    return Header(len(names), names.index(TIME), list(found), list(found.values()), wrong)


def pieces(lines: Iterable[Line]) -> Iterator[Piece]:
    """The readings of a file, some thousand lines at a time."""
    header: Header | None = None
    piece = Piece([])
    rows_max = 1
    for line in lines:
        if line.text is None:
            piece.wrong.append((line.number, line.problem))
        elif header is None:
            try:
                header = header_of(cells_of(line.text))
            except WrongLine as wrong:
                yield Piece([], wrong=[*piece.wrong, (line.number, str(wrong))])
                return
            piece = Piece(header.metrics, wrong=piece.wrong)
            piece.wrong += [(line.number, reason) for reason in header.wrong]
            rows_max = _rows_max(len(header.metrics))
        elif line.text:
            _take(line, line.text, header, piece)
        if header and len(piece.numbers) + len(piece.wrong) >= rows_max:
            yield piece
            piece = Piece(header.metrics)
    if header is None and not piece.wrong:
        piece.wrong.append((1, "the file is empty"))
    yield piece


def _rows_max(width: int) -> int:
    return max(1, min(BATCH_ROWS_MAX, ROWS_MAX, BATCH_VALUES_MAX // width))


def _take(line: Line, text: str, header: Header, piece: Piece) -> None:
    try:
        at_us, values = row_of(cells_of(text), header)
    except WrongLine as wrong:
        piece.wrong.append((line.number, str(wrong)))
        return
    if all(value != value for value in values):  # NaN stands for an empty cell
        piece.empty += 1
        return
    piece.numbers.append(line.number)
    piece.at_us.append(at_us)
    piece.values.append(values)


def cells_of(text: str) -> list[str]:
    """A line is a row: a quote that is never closed spoils its own line and no other."""
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error as error:
        raise WrongLine(f"the line is not CSV: {error}") from None


def row_of(cells: Sequence[str], header: Header) -> tuple[int, list[float]]:
    if len(cells) != header.width:
        raise WrongLine(
            f"{count(len(cells), 'cell')} where the first line names"
            f" {count(header.width, 'column')}"
        )
    at_us = microseconds_of(cells[header.time])
    return at_us, [
        number_of(cells[place], name)
        for place, name in zip(header.places, header.metrics, strict=True)
    ]


def microseconds_of(text: str) -> int:
    """Exact, as a float of seconds is not.

    >>> microseconds_of("2026-09-01T00:00:00.000001Z") % 1_000_000
    1
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongLine(f"{TIME} {text[:_SHOWN_MAX]!r} is not like 2026-01-31T12:00:00Z") from None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return (aware - EPOCH) // _MICROSECOND


def number_of(text: str, name: str) -> float:
    """The value of a cell; NaN for an empty one, which was not reported."""
    text = text.strip()
    if not text:
        return math.nan
    try:
        found = float(text)
    except ValueError:
        found = math.inf
    # `1_000` is a number to Python and a mistake to everybody else.
    if not math.isfinite(found) or "_" in text:
        raise WrongLine(f"{name}: {text[:_SHOWN_MAX]!r} is not a finite number")
    return found


# -- writing ----------------------------------------------------------------------------------


def time_text(at: datetime) -> str:
    """
    >>> time_text(datetime(2026, 9, 1, 0, 10, tzinfo=UTC))
    '2026-09-01T00:10:00Z'
    """
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def number_text(value: float) -> str:
    """The shortest text that is this number again; NaN, which is not reported, is no text.

    >>> number_text(18.0), number_text(0.1 + 0.2), number_text(-0.0), number_text(5e-324)
    ('18', '0.30000000000000004', '-0', '5e-324')
    """
    return "" if value != value else repr(value).removesuffix(".0")


def line_of(at: datetime, values: Iterable[float]) -> str:
    return ",".join([time_text(at), *map(number_text, values)]) + "\r\n"
