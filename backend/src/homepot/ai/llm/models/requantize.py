"""Weights in four bits with an offset (Q4_1) written again in eight (Q8_0).

llama.cpp has a fast way through a prompt for Q8_0 and none for Q4_1: a prompt is read several
times as fast for half as much memory again. Each block of 32 numbers `scale * q + least` becomes
`scale * q`, rounded to 1/127 of its greatest; what the model says stays what it was to within that.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from homepot.ai.llm.models.errors import NotAModel
from homepot.ai.llm.models.gguf import Reader

F32, F16, Q4_1, Q8_0 = 0, 1, 3, 8
FILE_Q4_1, FILE_Q8_0 = 3, 7
_BLOCK = 32
_ALIGNED_TO = 32
# Bytes of a block, and how many numbers are in it.
_SIZES = {F32: (4, 1), F16: (2, 1), Q4_1: (20, _BLOCK), Q8_0: (34, _BLOCK)}
_BLOCKS_AT_ONCE = 65_536


@dataclass
class _Tensor:
    name: bytes
    shape: tuple[int, ...]
    kind: int
    offset: int

    def size(self, kind: int) -> int:
        bytes_, numbers = _SIZES[kind]
        return int(np.prod(self.shape)) // numbers * bytes_


def requantize(source: Path, target: Path) -> None:
    """NotAModel where there are weights of a kind that this does not know."""
    with source.open("rb") as read, target.open("wb") as write:
        keys, tensors, data_start = _head(read)
        write.write(keys)
        offset = 0
        for tensor in tensors:
            kind = _kind_after(tensor.kind)
            write.write(_info(tensor, kind, offset))
            offset += _aligned(tensor.size(kind))
        write.write(b"\0" * (_aligned(write.tell()) - write.tell()))
        for tensor in tensors:
            read.seek(data_start + tensor.offset)
            _copy(read, write, tensor)
            write.write(b"\0" * (_aligned(write.tell()) - write.tell()))


def q8_of_q4(blocks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Rows of 20 bytes become rows of 34."""
    head = blocks[:, :4].copy().view(np.float16).astype(np.float32)
    scale, least = head[:, :1], head[:, 1:]
    nibbles = blocks[:, 4:]
    numbers = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32)
    values = numbers * scale + least
    step = np.abs(values).max(axis=1, keepdims=True) / np.float32(127)
    inverse = np.divide(1, step, out=np.zeros_like(step), where=step > 0)
    rounded = np.rint(values * inverse).astype(np.int8)
    return np.concatenate([step.astype(np.float16).view(np.uint8), rounded.view(np.uint8)], axis=1)


def _head(file: BinaryIO) -> tuple[bytes, list[_Tensor], int]:
    """Everything before the weights: keys as they stand but for the kind of the file."""
    reader = Reader(file)
    count = reader.begin()
    places: dict[str, int] = {}
    for key in reader.read():
        places[key] = file.tell()
    end = file.tell()
    file.seek(0)
    keys = bytearray(file.read(end))
    if after := places.get("general.file_type"):  # its number is the last four bytes of it
        keys[after - 4 : after] = struct.pack("<I", FILE_Q8_0)
    tensors = [_tensor(file) for _ in range(count)]
    return bytes(keys), tensors, _aligned(file.tell())


def _tensor(file: BinaryIO) -> _Tensor:
    (length,) = struct.unpack("<Q", file.read(8))
    name = file.read(length)
    (dimensions,) = struct.unpack("<I", file.read(4))
    shape = struct.unpack(f"<{dimensions}Q", file.read(8 * dimensions))
    kind, offset = struct.unpack("<IQ", file.read(12))
    if kind not in _SIZES:
        raise NotAModel(f"Weights of kind {kind} are not known here.")
    return _Tensor(name, shape, kind, offset)


def _info(tensor: _Tensor, kind: int, offset: int) -> bytes:
    count = len(tensor.shape)
    form = f"<Q{len(tensor.name)}sI{count}QIQ"
    return struct.pack(form, len(tensor.name), tensor.name, count, *tensor.shape, kind, offset)


def _copy(read: BinaryIO, write: BinaryIO, tensor: _Tensor) -> None:
    left = tensor.size(tensor.kind)
    step = _BLOCKS_AT_ONCE * 20
    while left:
        wanted = min(step, left)
        piece = read.read(wanted)
        if len(piece) != wanted:
            raise NotAModel("The file ends in the middle of its weights.")
        left -= len(piece)
        if tensor.kind == Q4_1:
            rows = np.frombuffer(piece, np.uint8).reshape(-1, 20)
            piece = q8_of_q4(rows).tobytes()
        write.write(piece)


def _kind_after(kind: int) -> int:
    return Q8_0 if kind == Q4_1 else kind


def _aligned(count: int) -> int:
    return -(-count // _ALIGNED_TO) * _ALIGNED_TO
