"""Writes what Prometheus would send, for tests: the other half of protobuf.py, on its own."""

import struct
from collections.abc import Iterable, Mapping

import cramjam

Series = tuple[Mapping[str, str], Iterable[tuple[float, int]]]


def varint(number: int) -> bytes:
    number &= 0xFFFF_FFFF_FFFF_FFFF
    packed = b""
    while number > 127:
        packed += bytes([number % 128 + 128])
        number //= 128
    return packed + bytes([number])


def field(number: int, payload: bytes) -> bytes:
    return varint(number * 8 + 2) + varint(len(payload)) + payload


def packed_labels(labels: Mapping[str, str]) -> bytes:
    return b"".join(
        field(1, field(1, name.encode()) + field(2, value.encode()))
        for name, value in sorted(labels.items())
    )


def sample(value: float, at_ms: int) -> bytes:
    return field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(at_ms))


def message(series: Iterable[Series]) -> bytes:
    return b"".join(
        field(1, packed_labels(labels) + b"".join(sample(*one) for one in samples))
        for labels, samples in series
    )


def body(*series: Series) -> bytes:
    return bytes(cramjam.snappy.compress_raw(message(series)))
