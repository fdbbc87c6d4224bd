"""Values as Parquet columns: as small as can be, and the same to the last bit. Pure.

Meters round, so most columns hold decimals such as 21.5. Such a column is kept as whole numbers
with a scale (the Parquet type DECIMAL, which any engine shows as 21.5), and the differences of
neighbours are packed in as many bits as they need. A column with a single value that a decimal
does not give back bit for bit is kept as floats, single where all of them are exactly that.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from homepot.telemetry.intake.batch import Floats, Ints

PLACES_MAX = 9
# Beyond this, whole numbers are no longer exact in a float.
_WHOLE_MAX = float(2**53)
_DIGITS = 18
_SAMPLE = 64


@dataclass(frozen=True)
class Column:
    array: Any
    encoding: str


def encoded(values: Floats) -> Column:
    """NaN becomes null."""
    absent = np.isnan(values)
    said = values[~absent]
    places = places_of(said)
    if places is not None:
        whole = np.zeros(len(values), dtype=np.int64)
        whole[~absent] = _scaled(said, places).astype(np.int64)
        return Column(_decimals(whole, absent, places), "DELTA_BINARY_PACKED")
    with np.errstate(over="ignore", under="ignore"):
        single = said.astype(np.float32)
    if _same_bits(single.astype(np.float64), said):
        narrow = np.zeros(len(values), dtype=np.float32)
        narrow[~absent] = single
        return Column(pa.array(narrow, mask=absent), "BYTE_STREAM_SPLIT")
    return Column(pa.array(values, mask=absent), "BYTE_STREAM_SPLIT")


def decoded(array: Any) -> Floats:
    """A column as it was given."""
    if pa.types.is_decimal(array.type):
        length, start = len(array), array.offset
        halves = np.frombuffer(array.buffers()[1], dtype=np.int64).reshape(-1, 2)
        whole = halves[start : start + length, 0]
        values: Floats = whole.astype(np.float64) / 10.0**array.type.scale
    else:
        values = np.array(array.fill_null(0.0), dtype=np.float64)
    if array.null_count:
        values[array.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return values


def places_of(values: Floats) -> int | None:
    """With how many decimal places each value is exact; None where that is too many.

    A whole number and a power of ten are exact floats, and a division of them is rounded to the
    nearest float, which is what the decimal means: so one exact comparison decides.

    >>> [places_of(np.array(values)) for values in ([21.5, -0.25], [1 / 3], [-0.0])]
    [2, None, None]
    """
    for places in range(PLACES_MAX + 1):
        if _is_exact(values[:_SAMPLE], places) and _is_exact(values, places):
            return places
    return None


def _is_exact(values: Floats, places: int) -> bool:
    whole = _scaled(values, places)
    if np.any(np.abs(whole) >= _WHOLE_MAX):
        return False
    return _same_bits(whole.astype(np.int64) / 10.0**places, values)


def _scaled(values: Floats, places: int) -> Floats:
    with np.errstate(over="ignore"):
        return np.rint(values * 10.0**places)


def _same_bits(one: Floats, other: Floats) -> bool:
    return np.array_equal(one.view(np.int64), other.view(np.int64))


def _decimals(whole: Ints, absent: Any, places: int) -> Any:
    wide = np.empty((len(whole), 2), dtype=np.int64)
    wide[:, 0] = whole
    wide[:, 1] = whole >> 63
    known = pa.py_buffer(np.packbits(~absent, bitorder="little").tobytes())
    type_ = pa.decimal128(_DIGITS, places)
    return pa.Array.from_buffers(type_, len(whole), [known, pa.py_buffer(wide)])
