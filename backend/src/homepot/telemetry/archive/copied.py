"""What `COPY ... TO STDOUT (FORMAT BINARY)` gives of `device_metrics`, as columns. Pure.

The other way round of `intake/copy_rows.py`: rows that follow each other in one metric set have
the same length, so a whole run of them is one numpy record array.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from homepot.telemetry.archive.rows import Rows, joined
from homepot.telemetry.intake.batch import EARLIEST_US, Floats, Ints
from homepot.telemetry.intake.copy_rows import COLUMNS, HEADER

# PostgreSQL counts microseconds from the year 2000, before which no reading is taken.
_EPOCH_SHIFT_US = EARLIEST_US


class NotReadable(Exception):
    """The database gave rows in a form that is not known."""


@lru_cache(maxsize=256)
def _row_type(width: int) -> np.dtype[Any]:
    """A row of so many values; each field begins with its length, which its type tells too."""
    return np.dtype(
        [
            ("fields", ">i2"),
            ("_device", ">i4"),
            ("device", ">i4"),
            ("_at", ">i4"),
            ("at", ">i8"),
            ("_set", ">i4"),
            ("set", ">i4"),
            ("_values", ">i4"),
            ("dimensions", ">i4"),
            ("has_null", ">i4"),
            ("_element", ">i4"),
            ("width", ">i4"),
            ("_lower_bound", ">i4"),
            ("values", [("length", ">i4"), ("value", ">f8")], (width,)),
        ]
    )


_HEAD_BYTES = _row_type(0).itemsize
_FIELDS = len(COLUMNS)


@dataclass(frozen=True)
class Run:
    """Rows of one metric set that follow each other."""

    metric_set: int
    device: Ints
    at_us: Ints
    values: Floats


def runs(stream: bytes) -> Iterator[Run]:
    if not stream.startswith(HEADER):
        raise NotReadable("the stream has no header")
    place = len(HEADER)
    while (run := _run_at(stream, place)) is not None:
        found, place = run
        yield found


def _run_at(stream: bytes, place: int) -> tuple[Run, int] | None:
    """The longest run that begins here, and where it ends; None at the end of the stream."""
    if place + _HEAD_BYTES > len(stream):
        return None
    head = np.frombuffer(stream, _row_type(0), 1, place)[0]
    width = int(head["width"])
    if head["fields"] != _FIELDS or head["dimensions"] != 1 or head["has_null"] != 0:
        raise NotReadable("a row is not a device, a time, a metric set and its values")
    kind = _row_type(width)
    room = (len(stream) - place) // kind.itemsize
    count, looked = 0, 16
    while count < room:
        # Each row tells where the next begins, so only the rows up to the first other one count.
        looked = min(looked * 4, room - count)
        some = np.frombuffer(stream, kind, looked, place + count * kind.itemsize)
        same = (some["fields"] == _FIELDS) & (some["width"] == width) & (some["set"] == head["set"])
        alike = looked if np.all(same) else int(np.argmin(same))
        count += alike
        if alike < looked:
            break
    rows = np.frombuffer(stream, kind, count, place)
    run = Run(
        int(head["set"]),
        rows["device"].astype(np.int64),
        rows["at"].astype(np.int64) + _EPOCH_SHIFT_US,
        rows["values"]["value"].astype(np.float64),
    )
    return run, place + count * kind.itemsize


def by_device(found: Iterable[Run], sets: Mapping[int, Sequence[str]]) -> dict[int, Rows]:
    """The rows of each device, which come in the order of device and time."""
    parts: dict[int, list[Rows]] = {}
    for run in found:
        firsts = np.flatnonzero(np.append(True, run.device[1:] != run.device[:-1]))
        for first, end in zip(firsts, np.append(firsts[1:], len(run.device)), strict=True):
            names = tuple(sets[run.metric_set])
            part = Rows(names, run.at_us[first:end], run.values[first:end])
            parts.setdefault(int(run.device[first]), []).append(part)
    return {device: joined(rows).reported() for device, rows in parts.items()}
