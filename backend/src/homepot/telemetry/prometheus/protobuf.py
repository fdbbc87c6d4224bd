"""Reads the body of remote write 1.0: a snappy block that holds a protobuf `WriteRequest`.

Only what is needed is read: labels and samples. Labels stay packed, as the bytes they came as:
the same series comes again and again, and its bytes are a name for it that costs nothing.

    WriteRequest: 1 TimeSeries...         TimeSeries: 1 Label..., 2 Sample...
    Label: 1 name, 2 value                Sample: 1 value (double), 2 milliseconds since 1970
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass

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
    gathered = _Gathered(message)
    try:
        at = gathered.take_usual(0, known)
        while at < len(message):
            number, payload, at = _field(message, at)
            if number == 1 and isinstance(payload, bytes):
                gathered.take(payload)
            at = gathered.take_usual(at, known)
    except (Malformed, UnicodeDecodeError):
        raise BadInput("The body is not a WriteRequest of remote write 1.0.", at="body") from None
    return gathered.samples()


class _Gathered:
    def __init__(self, message: bytes) -> None:
        self._message = message
        self._places: dict[bytes, int] = {}
        self._series: list[int] = []
        self._values: list[bytes] = []
        self._times: list[int] = []
        self._times_read: dict[bytes, int] = {}

    def take_usual(self, at: int, known: Container[bytes]) -> int:
        """Take every series from here that is labels and one sample, as nearly all are, without
        looking at anything twice. Gives back where the first stands that is not."""
        message, places, times_read = self._message, self._places, self._times_read
        series, values, times = self._series, self._values, self._times
        last = len(message) - 2
        while at < last and message[at] == _SERIES:
            size, start = message[at + 1], at + 2
            if size >= 0x80:
                size, start = _varint(message, at + 1)
            stop = start + size
            split = stop - _USUAL_SAMPLE_BYTES
            if stop > last + 2 or split < start or message[stop - 7] != _SAMPLE_AT:
                return at
            if message[split : split + 3] != _USUAL_SAMPLE_START:
                return at
            labels = message[start:split]
            place = places.get(labels)
            if place is None:
                if labels not in known and not _is_labels(labels):
                    return at
                place = places[labels] = len(places)
            packed_at = message[stop - 6 : stop]
            at_ms = times_read.get(packed_at)
            if at_ms is None:
                at_ms, read = _varint(packed_at, 0)
                if read != len(packed_at):
                    return at
                times_read[packed_at] = at_ms
            series.append(place)
            values.append(message[stop - 15 : stop - 7])
            times.append(at_ms)
            at = stop
            if len(times) > SAMPLES_MAX:
                break
        self._refuse_too_many()
        return at

    def take(self, series: bytes) -> None:
        """One series in any order of its parts."""
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
            self._series.append(self._places.setdefault(whole, len(self._places)))
            self._values.append(value)
            self._times.append(at_ms)
            self._refuse_too_many()

    def _refuse_too_many(self) -> None:
        if len(self._times) > SAMPLES_MAX:
            raise TooLarge(f"{SAMPLES_MAX:,} samples at most are taken at once.")

    def samples(self) -> Samples:
        return Samples(
            labels=list(self._places),
            series=np.array(self._series, dtype=np.int64),
            at_ms=np.array(self._times, dtype=np.uint64).astype(np.int64),
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


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        number, payload, at = _field(message, at)
        yield number, payload


def _field(message: bytes, at: int) -> tuple[int, int | bytes, int]:
    """A field's number, what it holds (a number for a varint, else its bytes), and its end."""
    tag, at = _varint(message, at)
    kind = tag & 7
    payload: int | bytes
    if kind == _VARINT:
        payload, at = _varint(message, at)
    else:
        if kind == _LENGTH:
            size, at = _varint(message, at)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise Malformed
        start, at = at, at + size
        payload = message[start:at]
    if at > len(message) or tag < 8:
        raise Malformed
    return tag >> 3, payload, at


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
