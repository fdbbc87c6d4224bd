"""A small writer of ONNX: as much of its format as a sentence transformer needs."""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_IR_VERSION = 8
_OPSETS = (("", 17), ("com.microsoft", 1))
_FLOAT, _UINT8, _INT64 = 1, 2, 7
_KINDS = {np.dtype(np.float32): _FLOAT, np.dtype(np.uint8): _UINT8, np.dtype(np.int64): _INT64}

Array = NDArray[np.float32] | NDArray[np.uint8] | NDArray[np.int64]


class Graph:
    """Nodes, in the order in which they are worked off, and the numbers they begin with."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def constant(self, name: str, value: Array) -> str:
        dims = b"".join(_number(1, size) for size in value.shape)
        kind = _number(2, _KINDS[value.dtype])
        raw = _bytes(9, np.ascontiguousarray(value).tobytes())
        self._constants.append(dims + kind + _bytes(8, name.encode()) + raw)
        return name

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        **attributes: float,
    ) -> None:
        """An input of no name is one that is left out. Whole numbers are attributes of such."""
        message = b"".join(_bytes(1, name.encode()) for name in inputs)
        message += b"".join(_bytes(2, name.encode()) for name in outputs)
        message += _bytes(3, outputs[0].encode())
        domain, _, plain = operator.rpartition(".")
        message += _bytes(4, plain.encode())
        for name, value in attributes.items():
            message += _bytes(5, _attribute(name, value))
        if domain:
            message += _bytes(7, domain.encode())
        self._nodes.append(message)

    def model(self, inputs: Sequence[tuple[str, int]], outputs: Sequence[tuple[str, int]]) -> bytes:
        """The whole file; inputs and outputs are floats of so many dimensions of any size."""
        graph = b"".join(_bytes(1, node) for node in self._nodes)
        graph += _bytes(2, b"encoder")
        graph += b"".join(_bytes(5, constant) for constant in self._constants)
        graph += b"".join(_bytes(11, _floats(*one)) for one in inputs)
        graph += b"".join(_bytes(12, _floats(*one)) for one in outputs)
        opsets = b"".join(
            _bytes(8, _bytes(1, domain.encode()) + _number(2, version))
            for domain, version in _OPSETS
        )
        return _number(1, _IR_VERSION) + opsets + _bytes(7, graph)


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _bytes(1, name.encode()) + _number(3, value) + _number(20, 2)
    return _bytes(1, name.encode()) + b"\x15" + struct.pack("<f", value) + _number(20, 1)


def _floats(name: str, dimensions: int) -> bytes:
    shape = b"".join(_bytes(1, _bytes(2, f"{name}_{n}".encode())) for n in range(dimensions))
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, shape)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """
    >>> _varint(300).hex()
    'ac02'
    """
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)
