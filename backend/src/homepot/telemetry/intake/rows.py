"""Batches of rows with named metrics (JSON, MessagePack).

A collector sends the same metrics again and again, so a struct is made for the names it has
sent and the next body is decoded straight into it, several times faster than into dicts. A body
that does not fit (a new name, a wrong value, bad JSON) is read the slow way, row by row, where
each mistake is named; what it teaches about names is kept for the next one.
"""

import itertools
import json
import math
import struct
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
import numpy as np

from homepot.core.errors import BadInput
from homepot.core.words import shown
from homepot.telemetry.intake.batch import (
    EMPTY,
    METRIC_NAME,
    METRICS_MAX,
    ROWS_MAX,
    Batch,
    Rejected,
)
from homepot.telemetry.intake.columns import name_refusal
from homepot.telemetry.intake.units import units_said

Format = Literal["json", "msgpack"]

NAMES_LEARNT_MAX = 512
COLLECTORS_KNOWN_MAX = 1_000
_SHOWN_MAX = 60
# As microseconds it still is a whole number of 64 bits, and so are the milliseconds of today.
SECONDS_MAX = 9e12


class WrongRow(Exception):
    """One reading that cannot be taken; the message is the reason."""


class _Shape:
    """How the bodies of one collector look, and the decoders made for that."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        fields = [(name, float, math.nan) for name in self.names]
        metrics = msgspec.defstruct("Metrics", fields, forbid_unknown_fields=True, gc=False)
        row = msgspec.defstruct(
            "Row",
            [("timestamp", datetime | float), ("metrics", metrics), ("device_id", str, "")],
            gc=False,
        )
        fields_of_body: list[Any] = [
            ("readings", list[row]),  # type: ignore[valid-type]
            ("units", dict[str, str], msgspec.field(default_factory=dict)),
        ]
        body = msgspec.defstruct("Body", fields_of_body, gc=False)
        self.decoders: dict[tuple[Format, bool], Any] = {
            ("json", True): msgspec.json.Decoder(list[row]),  # type: ignore[valid-type]
            ("json", False): msgspec.json.Decoder(body),
            ("msgpack", True): msgspec.msgpack.Decoder(list[row]),  # type: ignore[valid-type]
            ("msgpack", False): msgspec.msgpack.Decoder(body),
        }
        self.pack = struct.Struct(f"{len(self.names)}d").pack


class RowDecoder:
    """Decodes the bodies of all collectors, remembering what each of them sends."""

    def __init__(self) -> None:
        self._shapes: OrderedDict[str, _Shape] = OrderedDict()

    def decode(self, body: bytes, form: Format, collector: str, own_device: str = "") -> Batch:
        """Raises BadInput where the whole cannot be read; rows that are wrong are named in it.

        `own_device` stands in where a row says no device.
        """
        shape = self._shapes.get(collector)
        if shape is not None:
            self._shapes.move_to_end(collector)
            bare = _is_array(body, form)
            try:
                sent = shape.decoders[form, bare].decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError):
                pass  # read slowly below, where the mistake gets its place and its words
            else:
                readings, units = (sent, {}) if bare else (sent.readings, sent.units)
                refuse_too_many(len(readings))
                if own_device or all(row.device_id for row in readings):
                    batch = _from_structs(readings, shape, own_device)
                    return replace(batch, units=units_said(units))
        readings, units = _opened(body, form)
        batch = from_rows(readings, own_device)
        self._learn(collector, shape, batch.metrics)
        return replace(batch, units=units_said(units))

    def _learn(self, collector: str, known: _Shape | None, names: Sequence[str]) -> None:
        union = sorted({*(known.names if known else ()), *names})
        if len(union) > NAMES_LEARNT_MAX:
            union = sorted(names)
        if not union or len(union) > NAMES_LEARNT_MAX or (known and known.names == tuple(union)):
            return
        self._shapes[collector] = _Shape(union)
        if len(self._shapes) > COLLECTORS_KNOWN_MAX:
            self._shapes.popitem(last=False)


def _is_array(body: bytes, form: Format) -> bool:
    if form == "json":
        return body.lstrip()[:1] == b"["
    return body[:1] >= b"\x90" and (body[0] < 0xA0 or body[0] in (0xDC, 0xDD))


def _from_structs(readings: list[Any], shape: _Shape, own_device: str) -> Batch:
    pack, values_of = shape.pack, msgspec.structs.astuple
    packed = b"".join([pack(*values_of(row.metrics)) for row in readings])
    places: dict[str, int] = {}
    device = [places.setdefault(row.device_id or own_device, len(places)) for row in readings]
    batch = Batch(
        devices=list(places),
        metrics=shape.names,
        device=np.array(device, dtype=np.int64),
        at_us=microseconds([seconds_of(row.timestamp) for row in readings]),
        values=np.frombuffer(packed).reshape(len(readings), len(shape.names)),
        index=np.arange(len(readings)),
    )
    missing = np.isnan(batch.values)
    batch = batch.rejecting(np.all(missing, axis=1), EMPTY)
    used = np.any(~missing, axis=0)
    if np.all(used):
        return batch
    names = tuple(itertools.compress(shape.names, used.tolist()))
    return replace(batch, metrics=names, values=batch.values[:, used])


def seconds_of(moment: datetime | float) -> float:
    """Seconds since 1970. A time without a zone is UTC, wherever the server stands."""
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return moment


def microseconds(seconds: Sequence[float]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Whole microseconds; what lies beyond all clocks is put where it will be refused."""
    exact = np.clip(np.array(seconds, dtype=np.float64), -SECONDS_MAX, SECONDS_MAX)
    return np.round(exact * 1e6).astype(np.int64)


def refuse_too_many(rows: int) -> None:
    if rows > ROWS_MAX:
        raise BadInput(f"{ROWS_MAX:,} readings at most are taken at once.", at="body.readings")


def _opened(body: bytes, form: Format) -> tuple[list[Any], Any]:
    """The readings as they are, and what is said of units."""
    try:
        # Python's own reader of JSON also takes NaN and Infinity, so that the row can be named.
        sent = msgspec.msgpack.decode(body) if form == "msgpack" else json.loads(body)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput(f"Not JSON: {error.msg} at {where}.", at="body") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise BadInput(f"Not {form}: {str(error)[:200]}.", at="body") from None
    readings = sent.get("readings") if isinstance(sent, dict) else sent
    if not isinstance(readings, list):
        raise BadInput('A list of readings, or {"readings": [...]}, is expected.', at="body")
    refuse_too_many(len(readings))
    return readings, sent.get("units") or {} if isinstance(sent, dict) else {}


def from_rows(readings: list[Any], own_device: str) -> Batch:
    names: dict[str, int] = {}
    places: dict[str, int] = {}
    device: list[int] = []
    seconds: list[float] = []
    index: list[int] = []
    cells: list[list[tuple[int, float]]] = []
    rejected: list[Rejected] = []
    for number, row in enumerate(readings):
        try:
            device_id, at, metrics = _row(row, own_device)
            _refuse_too_wide(names.keys() | metrics.keys())
        except WrongRow as wrong:
            rejected.append(Rejected(number, str(wrong)))
            continue
        device.append(places.setdefault(device_id, len(places)))
        seconds.append(at)
        index.append(number)
        cells.append([(names.setdefault(n, len(names)), v) for n, v in metrics.items()])
    values = np.full((len(cells), len(names)), np.nan)
    for number, filled in enumerate(cells):
        for column, value in filled:
            values[number, column] = value
    return Batch(
        devices=list(places),
        metrics=list(names),
        device=np.array(device, dtype=np.int64),
        at_us=microseconds(seconds),
        values=values,
        index=np.array(index, dtype=np.int64),
        rejected=tuple(rejected),
    )


def _row(row: Any, own_device: str) -> tuple[str, float, dict[str, float]]:
    """One reading, or WrongRow with the reason in words."""
    if not isinstance(row, dict):
        raise WrongRow("a reading is an object with device_id, timestamp and metrics")
    device_id = row.get("device_id") or own_device
    if not isinstance(device_id, str) or not device_id:
        raise WrongRow("device_id is missing or not text")
    metrics = row.get("metrics")
    if not isinstance(metrics, dict):
        raise WrongRow("metrics is missing or not an object of names and numbers")
    kept = {name: _value(name, value) for name, value in metrics.items() if value is not None}
    if not kept:
        raise WrongRow(EMPTY)
    return device_id, _moment(row.get("timestamp")), kept


def _refuse_too_wide(names: Collection[str]) -> None:
    if len(names) > METRICS_MAX:
        raise WrongRow(f"more than {METRICS_MAX:,} different metrics in one request")


def _value(name: Any, value: Any) -> float:
    if not isinstance(name, str) or not METRIC_NAME.fullmatch(name):
        raise WrongRow(name_refusal(str(name)))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongRow(f"{name} is not a number: {shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise WrongRow(f"{name} is not a finite number")
    return number


def _moment(given: Any) -> float:
    if isinstance(given, str):
        try:
            return seconds_of(datetime.fromisoformat(given))
        except (ValueError, OverflowError):
            raise WrongRow(
                f"timestamp {given[:_SHOWN_MAX]!r} is not like 2026-01-31T12:00:00Z"
            ) from None
    if isinstance(given, datetime):
        return seconds_of(given)
    if isinstance(given, bool) or not isinstance(given, int | float) or math.isnan(given):
        raise WrongRow("timestamp is missing or neither a time nor seconds since 1970")
    return float(max(-SECONDS_MAX, min(SECONDS_MAX, given)))
