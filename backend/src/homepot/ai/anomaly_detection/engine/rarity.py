"""Where a reading falls in a histogram, and how rare that was; see `histogram`."""

import math

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
    if mass * p.rare_share >= whole:
        return 0.0
    return float(math.log2(np.float32(whole / mass)) - p.rare_bits)


@seldom
def fade(s: Row, sign: int) -> int:
    total = 0
    for place in range(BINS):
        half = int(s.seen[sign, place]) >> 1
        s.seen[sign, place] = half
        total += half
    return total
