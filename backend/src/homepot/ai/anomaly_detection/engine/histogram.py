"""How often a stream was where: a histogram for each, fading by halves.

Bins lie on asinh(u), u being the distance from the stream's centre in its own scale: fine near
the centre, logarithmic in the tails, so 1e300 has a place and no range need be known beforehand.

    rarity(b) = -log2((m + e) / (n + e B))      m = h[b] / 2 + (h[b - 1] + h[b + 1]) / 4

with e readings thought to have been in each of the B bins before any came, and n in all. Smoothing
over the neighbours keeps a value between two usual ones from being called rare for falling on an
edge. At a full count all bins are halved: the past fades slowly, at no cost for each reading.

No logarithm is taken to find a bin: the first bits of a float (its exponent and a sixteenth of its
octave) name a cell, a table says in which bin the cell begins, and one comparison whether the
number is past the only edge that can lie in the cell.
"""

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Bytes, Floats
from homepot.ai.anomaly_detection.engine.state import BINS

UNIT = 8  # what one reading adds; halves of it survive fading three times
FULL_MAX = 65535 // UNIT - 1
MIDDLE = BINS // 2
_ONE = BINS * 3 // 4  # the bin of a size of 1, by its logarithm
_LEAST = 1e-6  # of a size

CELL_BITS = 19  # what is left of a float of 32 bits: sign, exponent, a sixteenth
FIRST_CELL = (127 - 16) << (23 - CELL_BITS)  # of 2 ^ -16
CELLS = 28 << (23 - CELL_BITS)


def wide_edges(gain: float) -> Floats:
    """Where the bins of a distance end, away from the centre. The outermost but one takes all
    that is beyond it."""
    inner = np.sinh(np.arange(1, MIDDLE - 1) / gain)
    return np.append(inner, np.inf).astype(np.float32)


def log_edges(gain: float) -> Floats:
    """Where the bins of a size end, from the second on."""
    inner = np.exp((np.arange(2, BINS - 1) - _ONE) / gain) - _LEAST
    return np.append(inner, np.inf).astype(np.float32)


def cells_of(edges: Floats) -> Bytes:
    """The bin in which each cell begins."""
    begins = np.arange(FIRST_CELL, FIRST_CELL + CELLS, dtype=np.uint32) << CELL_BITS
    cells = np.searchsorted(edges, begins.view(np.float32), side="right")
    cells[0] = 0  # it begins at nothing
    return cells.astype(np.uint8)
