"""The numbers of a model out of the file they come in: ONNX or safetensors."""

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[Any]
Tensors = Mapping[str, Tensor]

_GRAPH, _INITIALIZER = 7, 5
_DIMS, _DATA_TYPE, _NAME, _RAW_DATA = 1, 2, 8, 9
_ONNX_TYPES = {1: np.float32, 3: np.int8, 7: np.int64}
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


def of_onnx(content: memoryview) -> dict[str, Tensor]:
    """Every tensor that the graph begins with. ValueError where it is no such file."""
    found: dict[str, Tensor] = {}
    for number, part in _fields(content):
        if number == _GRAPH and isinstance(part, memoryview):
            for inner, tensor in _fields(part):
                if inner == _INITIALIZER and isinstance(tensor, memoryview):
                    _take(tensor, found)
    return found


def of_safetensors(content: memoryview) -> dict[str, Tensor]:
    """A length, names with their places as JSON, and the numbers. ValueError where it is not."""
    if len(content) < 8:
        raise ValueError("the file ends before it begins")
    (length,) = struct.unpack_from("<Q", content)
    head = json.loads(bytes(content[8 : 8 + length]))
    numbers = content[8 + length :]
    found: dict[str, Tensor] = {}
    for name, one in head.items():
        if name != "__metadata__" and one["dtype"] == "F32":
            begin, end = one["data_offsets"]
            found[name] = np.frombuffer(numbers[begin:end], np.float32).reshape(one["shape"])
    return found


def _take(content: memoryview, found: dict[str, Tensor]) -> None:
    shape: list[int] = []
    name, kind, raw = "", 0, memoryview(b"")
    for number, part in _fields(content):
        if isinstance(part, int):
            if number == _DIMS:
                shape.append(part)
            elif number == _DATA_TYPE:
                kind = part
        elif number == _DIMS:
            shape.extend(_packed(part))
        elif number == _NAME:
            name = bytes(part).decode()
        elif number == _RAW_DATA:
            raw = part
    if kind in _ONNX_TYPES and len(raw):
        found[name] = np.frombuffer(raw, _ONNX_TYPES[kind]).reshape(shape)


def _fields(content: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a message, as protocol buffers write them."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(content, at)
            yield key >> 3, value
            continue
        if kind == _BYTES:
            size, at = _varint(content, at)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            size = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError("not a file of ONNX")
        if at + size > len(content):
            raise ValueError("the file ends in the middle")
        yield key >> 3, content[at : at + size]
        at += size


def _packed(content: memoryview) -> Iterator[int]:
    at = 0
    while at < len(content):
        value, at = _varint(content, at)
        yield value


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(content) or shift > 63:
            raise ValueError("the file ends in the middle")
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
