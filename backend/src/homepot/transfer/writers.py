"""Readings into files, a format each. A file has its name only when it is whole."""

import gzip
import json
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from homepot.telemetry.reading.service import Raw
from homepot.transfer.formats import Format
from homepot.transfer.series import TIME, line_of, time_text

METRICS = "metrics"
READINGS = "readings.jsonl"


class Writer(Protocol):
    def device(self, device_id: str) -> AbstractContextManager[Callable[[Raw], None]]:
        """Give it the readings of one device, in order; a device without any has no file."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def writer_of(format_: Format, folder: Path) -> Iterator[Writer]:
    if format_ is Format.JSONL:
        with replacing(folder / READINGS) as file:
            yield _Jsonl(file)
    elif format_ is Format.CSV:
        yield _Csv(folder / METRICS)
    else:
        yield _Parquet(folder / METRICS)


class _Csv:
    """metrics/<device>.csv.gz, as `homepot import` takes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def device(self, device_id: str) -> Iterator[Callable[[Raw], None]]:
        with ExitStack() as stack:
            packed: gzip.GzipFile | None = None

            def write(raw: Raw) -> None:
                nonlocal packed
                if packed is None:
                    file = stack.enter_context(replacing(self._folder / f"{device_id}.csv.gz"))
                    # The same readings make the same bytes, whenever and wherever.
                    packed = stack.enter_context(gzip.GzipFile("", "wb", 6, file, mtime=0))
                    packed.write((",".join([TIME, *raw.metrics]) + "\r\n").encode())
                rows = zip(raw.at, raw.values.tolist(), strict=True)
                packed.write("".join(line_of(at, values) for at, values in rows).encode())

            yield write


class _Jsonl:
    """One reading a line, each as POST /api/telemetry takes it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    @contextmanager
    def device(self, device_id: str) -> Iterator[Callable[[Raw], None]]:
        def write(raw: Raw) -> None:
            for at, values in zip(raw.at, raw.values.tolist(), strict=True):
                named = zip(raw.metrics, values, strict=True)
                metrics = {name: value for name, value in named if not math.isnan(value)}
                said = {"device_id": device_id, TIME: time_text(at), "metrics": metrics}
                self._file.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")

        yield write


class _Parquet:
    """metrics/<device>.parquet: the time and a column for each metric, null: not reported."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def device(self, device_id: str) -> Iterator[Callable[[Raw], None]]:
        with ExitStack() as stack:
            table: pq.ParquetWriter | None = None

            def write(raw: Raw) -> None:
                nonlocal table
                time = pa.timestamp("us", tz="UTC")
                schema = pa.schema([(TIME, time), *((name, pa.float64()) for name in raw.metrics)])
                if table is None:
                    file = stack.enter_context(replacing(self._folder / f"{device_id}.parquet"))
                    made = pq.ParquetWriter(file, schema, compression="zstd")
                    table = stack.enter_context(made)
                columns = [pa.array(raw.at, time)]
                columns += [
                    pa.array(column, pa.float64(), from_pandas=True) for column in raw.values.T
                ]
                table.write_table(pa.table(columns, schema=schema))

            yield write
