"""Reads the body of remote write 1.0: a snappy block that holds a protobuf `WriteRequest`.

Only what is needed is read: labels and samples. Labels stay packed, as the bytes they came as:
the same series comes again and again, and its bytes are a name for it that costs nothing.

    WriteRequest: 1 TimeSeries...         TimeSeries: 1 Label..., 2 Sample...
    Label: 1 name, 2 value                Sample: 1 value (double), 2 milliseconds since 1970
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

import cramjam
import numpy as np

from homepot.core.errors import BadInput, TooLarge
from homepot.telemetry.intake.batch import Floats, Ints
from homepot.telemetry.intake.body import UNPACKED_MAX_BYTES

SAMPLES_MAX = 100_000
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_SERIES = _LABEL = 1 << 3 | _LENGTH
_SAMPLE = 2 << 3 | _LENGTH
_SAMPLE_VALUE = 1 << 3 | _FIXED64
_SAMPLE_AT = 2 << 3 | _VARINT
# A sample as Prometheus writes it: its length, the value, a time from 1971 to 2109.
_USUAL_SAMPLE_BYTES = 18
_USUAL_SAMPLE_START = bytes([_SAMPLE, 16, _SAMPLE_VALUE])
_NOTHING = b"\0" * 8


class Malformed(ValueError):
    """These bytes are not the message they should be."""


@dataclass(frozen=True)
class Samples:
    """The samples of a request as columns."""

    labels: list[bytes]  # of each series: its labels, packed
    series: Ints  # of each sample: its place in `labels`
    at_ms: Ints
    values: Floats

    def __len__(self) -> int:
        return len(self.series)


def unpacked(body: bytes) -> bytes:
    """The message within a snappy block. The block says first how large it becomes."""
    try:
        size = cramjam.snappy.decompress_raw_len(body)
        if size > UNPACKED_MAX_BYTES:
            raise TooLarge(f"The body unpacks to more than {UNPACKED_MAX_BYTES:,} bytes.")
        return bytes(cramjam.snappy.decompress_raw(body))
    except cramjam.DecompressionError:
        raise BadInput("The body is not a snappy block.", at="body") from None


def decode(message: bytes, known: Container[bytes] = ()) -> Samples:
    """Every sample of a WriteRequest. `known` holds packed labels that were read before."""
    gathered = _Gathered(known)
    try:
        for number, payload in _fields(message):
            if number == 1 and isinstance(payload, bytes):
                gathered.take(payload)
    except (Malformed, UnicodeDecodeError):
        raise BadInput("The body is not a WriteRequest of remote write 1.0.", at="body") from None
    return gathered.samples()


class _Gathered:
    def __init__(self, known: Container[bytes]) -> None:
        self._known = known
        self._places: dict[bytes, int] = {}
        self._series: list[int] = []
        self._values: list[bytes] = []
        self._times: list[int] = []
        self._times_read: dict[bytes, int] = {}

    def take(self, series: bytes) -> None:
        """Nearly every series is labels and one sample: then nothing is looked at twice."""
        labels = series[:-_USUAL_SAMPLE_BYTES]
        if series[-18:-15] != _USUAL_SAMPLE_START or series[-7] != _SAMPLE_AT:
            return self._take_slowly(series)
        packed_at = series[-6:]
        at_ms = self._times_read.get(packed_at)
        if at_ms is None:
            at_ms, end = _varint(packed_at, 0)
            if end != len(packed_at):
                return self._take_slowly(series)
            self._times_read[packed_at] = at_ms
        if labels not in self._known and labels not in self._places and not _is_labels(labels):
            return self._take_slowly(series)
        return self._add(labels, series[-15:-7], at_ms)

    def _take_slowly(self, series: bytes) -> None:
        labels, samples = [], []
        for number, payload in _fields(series):
            if number == 1 and isinstance(payload, bytes):
                labels.append(bytes([_LABEL]) + packed_varint(len(payload)) + payload)
            elif number == 2 and isinstance(payload, bytes):
                samples.append(payload)
        whole = b"".join(labels)
        if not _is_labels(whole):
            raise Malformed
        for sample in samples:
            value, at_ms = _NOTHING, 0
            for number, payload in _fields(sample):
                if number == 1 and isinstance(payload, bytes) and len(payload) == 8:
                    value = payload
                elif number == 2 and isinstance(payload, int):
                    at_ms = payload
            self._add(whole, value, at_ms)

    def _add(self, labels: bytes, value: bytes, at_ms: int) -> None:
        if len(self._times) >= SAMPLES_MAX:
            raise TooLarge(f"{SAMPLES_MAX:,} samples at most are taken at once.")
        self._series.append(self._places.setdefault(labels, len(self._places)))
        self._values.append(value)
        self._times.append(at_ms)

    def samples(self) -> Samples:
        at_ms = np.array(self._times, dtype=np.uint64).astype(np.int64)
        return Samples(
            labels=list(self._places),
            series=np.array(self._series, dtype=np.int64),
            at_ms=at_ms,
            values=np.frombuffer(b"".join(self._values), "<f8").astype(np.float64),
        )


def labels_of(packed: bytes) -> dict[str, str]:
    """The labels of a series; Malformed where one is not a label, or is there twice."""
    found: dict[str, str] = {}
    for number, payload in _fields(packed):
        if number != 1 or not isinstance(payload, bytes):
            raise Malformed
        texts = {1: b"", 2: b""} | {n: p for n, p in _fields(payload) if isinstance(p, bytes)}
        name = texts[1].decode()
        if not name or name in found:
            raise Malformed
        found[name] = texts[2].decode()
    return found


def _is_labels(packed: bytes) -> bool:
    try:
        labels_of(packed)
    except (Malformed, UnicodeDecodeError):
        return False
    return True


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message: a number for a varint, the bytes for everything else."""
    at, end = 0, len(message)
    while at < end:
        tag = message[at]
        at += 1
        if tag >= 0x80:
            tag, at = _varint(message, at - 1)
        kind = tag & 7
        if kind == _LENGTH:
            size = message[at] if at < end else 0x80
            at += 1
            if size >= 0x80:
                size, at = _varint(message, at - 1)
            start, at = at, at + size
            payload: int | bytes = message[start:at]
        elif kind == _VARINT:
            payload, at = _varint(message, at)
        elif kind in (_FIXED64, _FIXED32):
            start, at = at, at + (8 if kind == _FIXED64 else 4)
            payload = message[start:at]
        else:
            raise Malformed
        if at > end or tag < 8:
            raise Malformed
        yield tag >> 3, payload


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """The number that starts here, and where the next thing starts."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & 0xFFFF_FFFF_FFFF_FFFF, at
    raise Malformed


def packed_varint(number: int) -> bytes:
    """
    >>> packed_varint(300)
    b'\\xac\\x02'
    """
    packed = bytearray()
    while number >= 0x80:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)
    return bytes(packed)
