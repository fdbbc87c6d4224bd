"""Where a reading falls in a histogram, and how rare that was; see `histogram`."""

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Bytes, Floats, Row
from homepot.ai.anomaly_detection.engine.compiling import inlined, seldom
from homepot.ai.anomaly_detection.engine.histogram import (
    CELL_BITS,
    CELLS,
    FIRST_CELL,
    MIDDLE,
    UNIT,
)
from homepot.ai.anomaly_detection.engine.state import BINS


@inlined
def place_of(size: float, edges: Floats, cells: Bytes) -> int:
    """How many of the edges a size is past."""
    single = np.float32(size)
    cell = (int(single.view(np.uint32)) >> CELL_BITS) - FIRST_CELL
    place = int(cells[min(max(cell, 0), CELLS - 1)])
    return place + (1 if single >= edges[place] else 0)


@inlined
def bin_of(distance: float, p: Row) -> int:
    place = place_of(abs(distance), p.wide_edges, p.wide_cells)
    return MIDDLE - 1 - place if distance < 0 else MIDDLE + place


@inlined
def log_bin_of(size: float, p: Row) -> int:
    return 1 + place_of(size, p.log_edges, p.log_cells)


@inlined
def rarity_then_count(s: Row, sign: int, place: int, p: Row) -> float:
    """How rare it was to be there beyond what says nothing, in bits; then counts this reading."""
    own = int(s.seen[sign, place])
    beside = int(s.seen[sign, place - 1]) + int(s.seen[sign, place + 1])
    mass = 0.25 * (beside + 2 * own) + p.bin_prior * UNIT
    total = int(s.seen_total[sign])
    whole = total + p.bin_prior * UNIT * BINS
    s.seen[sign, place] = own + UNIT
    total += UNIT
    if total >= p.full:
        total = fade(s, sign)
    s.seen_total[sign] = total
    return max(bits_of(whole / mass) - float(p.rare_bits), 0.0)


@inlined
def bits_of(ratio: float) -> float:
    """Its binary logarithm, to three millionths of a bit: the exponent, and a polynomial of what
    is between two powers of two (least squares at Chebyshev's nodes, exact at both ends).

    >>> bits_of(8.0), round(bits_of(10.0), 5)
    (3.0, 3.32193)
    """
    float_bits = int(np.float32(ratio).view(np.uint32))
    exponent = (float_bits >> 23) - 127
    f = float(np.uint32((float_bits & 0x7FFFFF) | 0x3F800000).view(np.float32)) - 1.0
    high = 0.45654041 + f * (-0.27596896 + f * (0.12010026 - f * 0.02528551))
    return exponent + f * (1.44252727 + f * (-0.71791348 + f * high))


@seldom
def fade(s: Row, sign: int) -> int:
    total = 0
    for place in range(BINS):
        half = int(s.seen[sign, place]) >> 1
        s.seen[sign, place] = half
        total += half
    return total
