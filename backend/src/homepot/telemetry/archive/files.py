"""The Parquet files of the archive: written so that they last, read no further than is asked.

A row is a report; `device` and `ts` and a column for each metric. The rows of a device follow
each other; where they begin and which metrics they have stands in the file's own metadata under
`homepot`, so that one device is read without looking at the others.
"""

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from homepot.core.errors import HomepotError
from homepot.telemetry.archive.encoding import Column, decoded, encoded
from homepot.telemetry.archive.rows import Rows
from homepot.telemetry.intake.batch import Floats

DEVICE, TIME = "device", "ts"
_ABOUT = b"homepot"
# The rows that have to be unpacked to read one device: few, and yet many enough to pack well.
_GROUP_ROWS = 20_000
_TIME = pa.timestamp("us", tz="UTC")


class Unreadable(HomepotError):
    """A file of the archive cannot be read."""

    status = 503
    kind = "archive-unreadable"
    title = "Archive unreadable"


@dataclass(frozen=True)
class Contents:
    """What a file is to hold: a day of some devices, by their numbers, and how they are called."""

    tenant_id: int
    day: str
    devices: Mapping[int, Rows]
    names: Mapping[int, str]

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        return tuple(sorted({name for rows in self.devices.values() for name in rows.metrics}))

    @property
    def rows(self) -> int:
        return sum(len(rows) for rows in self.devices.values())

    @property
    def values(self) -> int:
        return sum(rows.count for rows in self.devices.values())

    @property
    def span_us(self) -> tuple[int, int]:
        filled = [rows.at_us for rows in self.devices.values() if len(rows)]
        return min(int(at[0]) for at in filled), max(int(at[-1]) for at in filled)


def write(path: Path, contents: Contents) -> tuple[int, str]:
    """The file, on the disk for good under its name; its size in bytes and its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    try:
        with part.open("wb") as file:
            _write_table(file, contents)
            file.flush()
            os.fsync(file.fileno())
        _compare(part, contents)
        found = part.stat().st_size, checksum(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        _sync(folder)
    return found


def remove(path: Path) -> None:
    """Whatever there is of it, whole or begun."""
    for one in (path, _part(path)):
        one.unlink(missing_ok=True)


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _write_table(file: Any, contents: Contents) -> None:
    order = sorted(contents.devices)
    lengths = [len(contents.devices[device]) for device in order]
    columns = {
        DEVICE: Column(_names(contents, order, lengths), "RLE_DICTIONARY"),
        TIME: Column(
            pa.array(np.concatenate([contents.devices[one].at_us for one in order]), _TIME),
            "DELTA_BINARY_PACKED",
        ),
    }
    for metric in contents.metrics:
        columns[_column(metric)] = encoded(_of(contents, order, metric))
    table = pa.table({name: column.array for name, column in columns.items()})
    about = json.dumps(_about(contents, order, lengths), separators=(",", ":"))
    with pq.ParquetWriter(
        file,
        table.schema,
        compression="zstd",
        store_decimal_as_integer=True,
        write_page_checksum=True,
        use_dictionary=[DEVICE],
        column_encoding={
            name: column.encoding for name, column in columns.items() if name != DEVICE
        },
        store_schema=False,
    ) as writer:
        writer.write_table(table, row_group_size=_GROUP_ROWS)
        writer.add_key_value_metadata({_ABOUT: about})


def _column(metric: str) -> str:
    """A metric may be called as one of our own columns."""
    return f"metric_{metric}" if metric in {DEVICE, TIME} else metric


def _names(contents: Contents, order: Sequence[int], lengths: Sequence[int]) -> Any:
    places = np.repeat(np.arange(len(order), dtype=np.int32), lengths)
    called = pa.array([contents.names[device] for device in order])
    return pa.DictionaryArray.from_arrays(pa.array(places), called)


def _of(contents: Contents, order: Sequence[int], metric: str) -> Floats:
    columns = []
    for device in order:
        rows = contents.devices[device]
        if metric in rows.metrics:
            columns.append(rows.values[:, rows.metrics.index(metric)])
        else:
            columns.append(np.full(len(rows), np.nan))
    return np.concatenate(columns)


def _about(contents: Contents, order: Sequence[int], lengths: Sequence[int]) -> dict[str, Any]:
    sets: dict[tuple[str, ...], int] = {}
    firsts = np.cumsum([0, *lengths]).tolist()
    devices = [
        [device, first, length, sets.setdefault(contents.devices[device].metrics, len(sets))]
        for device, first, length in zip(order, firsts, lengths, strict=False)
    ]
    return {
        "version": 1,
        "tenant": contents.tenant_id,
        "day": contents.day,
        "metric_sets": [list(names) for names in sets],
        "devices": devices,
    }


def _compare(path: Path, contents: Contents) -> None:
    """Read back what was written, bit for bit."""
    with Reader(path) as reader:
        for device, rows in contents.devices.items():
            found = reader.rows(device)
            if (
                found.metrics != rows.metrics
                or not np.array_equal(found.at_us, rows.at_us)
                or not np.array_equal(_bits(found.values), _bits(rows.values))
            ):
                raise Unreadable(f"{path} does not give back what was written into it.")


def _bits(values: Floats) -> Any:
    """Every NaN means the same."""
    return np.where(np.isnan(values), np.nan, values).view(np.int64)


@dataclass(frozen=True)
class _Place:
    first: int
    rows: int
    metrics: tuple[str, ...]


class Reader:
    """One file; Unreadable, naming it, where it is away or damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._cached: tuple[tuple[int, ...], tuple[str, ...], Any] | None = None
        try:
            self._file = pq.ParquetFile(path, page_checksum_verification=True)
            about = json.loads(self._file.metadata.metadata[_ABOUT])
            sets = [tuple(names) for names in about["metric_sets"]]
            self._places = {
                int(device): _Place(first, rows, sets[number])
                for device, first, rows, number in about["devices"]
            }
        except FileNotFoundError:
            raise Unreadable(f"The archive file {path} is missing: {_MEND}") from None
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise _damaged(path) from error
        self.tenant_id, self.day = about["tenant"], about["day"]
        meta = self._file.metadata
        groups = [meta.row_group(number).num_rows for number in range(meta.num_row_groups)]
        self._firsts = np.cumsum([0, *groups])

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def devices(self) -> Set[int]:
        return self._places.keys()

    def length(self, device: int) -> int:
        place = self._places.get(device)
        return place.rows if place else 0

    def metrics(self, device: int) -> tuple[str, ...]:
        """Those that have a value."""
        place = self._places.get(device)
        return place.metrics if place else ()

    def rows(self, device: int, metrics: Collection[str] | None = None) -> Rows:
        """The readings of one device: all of its metrics, or those of them that are named."""
        place = self._places.get(device, _Place(0, 0, ()))
        wanted = tuple(name for name in place.metrics if metrics is None or name in metrics)
        if place.rows == 0 or (metrics is not None and not wanted):
            return Rows(wanted, np.array([], dtype=np.int64), np.empty((0, len(wanted))))
        first, end = place.first, place.first + place.rows
        low = int(np.searchsorted(self._firsts, first, side="right")) - 1
        high = int(np.searchsorted(self._firsts, end, side="left"))
        try:
            table = self._table(tuple(range(low, high)), wanted)
            table = table.slice(first - int(self._firsts[low]), place.rows)
            at_us = _one(table[TIME]).cast(pa.int64()).to_numpy().astype(np.int64)
            values = np.empty((place.rows, len(wanted)))
            for column, name in enumerate(wanted):
                values[:, column] = decoded(_one(table[_column(name)]))
        except (OSError, pa.ArrowException, KeyError) as error:
            raise _damaged(self._path) from error
        return Rows(wanted, at_us, values)

    def _table(self, groups: tuple[int, ...], metrics: tuple[str, ...]) -> Any:
        """Devices that follow each other lie in the same row groups: those are unpacked once."""
        if self._cached is None or self._cached[:2] != (groups, metrics):
            names = [TIME, *(_column(name) for name in metrics)]
            table = self._file.read_row_groups(list(groups), columns=names, use_threads=False)
            self._cached = (groups, metrics, table)
        return self._cached[2]


_MEND = "put it back from a backup."


def _damaged(path: Path) -> Unreadable:
    return Unreadable(f"The archive file {path} is damaged: {_MEND}")


def _one(column: Any) -> Any:
    combined = column.combine_chunks()
    return combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined
