"""numpy arrays as PostgreSQL's arrays, in binary: parameters for statements over many rows."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

# PostgreSQL counts microseconds from the year 2000.
EPOCH_SHIFT_US = 946_684_800_000_000


@dataclass(frozen=True)
class Ints4:
    array: NDArray[Any]


@dataclass(frozen=True)
class Floats8:
    """Row by row, whatever shape it has: a statement cuts the rows out of it."""

    array: NDArray[Any]


@dataclass(frozen=True)
class Moments:
    """Microseconds since 1970, as timestamptz."""

    array: NDArray[Any]


class _ArrayDumper(Dumper):
    format = Format.BINARY
    element_oid: ClassVar[int]
    element: ClassVar[str]

    def dump(self, obj: Any) -> bytes:
        flat = self.elements(obj.array).ravel()
        items = np.empty(len(flat), [("length", ">i4"), ("value", self.element)])
        items["length"] = np.dtype(self.element).itemsize
        items["value"] = flat
        head = np.array([1, 0, self.element_oid, len(flat), 1], ">i4")
        return head.tobytes() + items.tobytes()

    def elements(self, array: NDArray[Any]) -> NDArray[Any]:
        return array


class _Ints4Dumper(_ArrayDumper):
    oid, element_oid, element = 1007, 23, ">i4"


class _Floats8Dumper(_ArrayDumper):
    oid, element_oid, element = 1022, 701, ">f8"


class _MomentsDumper(_ArrayDumper):
    oid, element_oid, element = 1185, 1184, ">i8"

    def elements(self, array: NDArray[Any]) -> NDArray[Any]:
        return array - EPOCH_SHIFT_US


for _kind, _dumper in (
    (Ints4, _Ints4Dumper),
    (Floats8, _Floats8Dumper),
    (Moments, _MomentsDumper),
):
    psycopg.adapters.register_dumper(_kind, _dumper)
