"""How often a stream was where: a histogram for each, fading by halves.

Bins lie on asinh(u), u being the distance from the stream's centre in its own scale: fine near
the centre, logarithmic in the tails, so 1e300 has a place and no range need be known beforehand.

    rarity(b) = -log2((m + e) / (n + e B))      m = h[b] / 2 + (h[b - 1] + h[b + 1]) / 4

with e readings thought to have been in each of the B bins before any came, and n in all. Smoothing
over the neighbours keeps a value between two usual ones from being called rare for falling on an
edge. At a full count all bins are halved: the past fades slowly, at no cost for each reading.
"""

import numpy as np
from numpy.typing import NDArray

BINS = 64
_UNIT = 8  # what one reading adds; halves of it survive fading three times
_FULL_MAX = 65535 // _UNIT - 1

Floats = NDArray[np.float32]
Places = NDArray[np.intp]


def bins_of(distance: Floats, gain: float) -> Places:
    """The bin of each distance; what is beyond the outermost but one lies in that."""
    places: Floats = np.arcsinh(distance)
    places *= np.float32(gain)
    places += np.float32(BINS / 2)
    return _bounded(places)


def _bounded(places: Floats) -> Places:
    np.clip(places, 1, BINS - 2, out=places)
    return places.astype(np.intp)


def log_bins_of(size: Floats, gain: float) -> Places:
    """The bin of each positive size, by its logarithm; 1 lies at three quarters."""
    places: Floats = np.log(size + np.float32(1e-6))
    places *= np.float32(gain)
    places += np.float32(BINS * 0.75)
    return _bounded(places)


class Histograms:
    """Histograms with their totals, both in eighths of a reading, in any shape."""

    def __init__(self, counts: NDArray[np.uint16], totals: NDArray[np.uint16]) -> None:
        self._counts = counts.reshape(-1, BINS)
        self._flat = counts.reshape(-1)
        self._totals = totals.reshape(-1)

    def rarity_then_count(
        self, rows: Places, bins: Places, prior: float, full_readings: float
    ) -> Floats:
        """How rare it was to be there, in bits, before this reading; then counts it."""
        place = rows * BINS
        place += bins
        own = self._flat.take(place)
        place -= 1
        beside = self._flat.take(place).astype(np.uint32)
        place += 2
        beside += self._flat.take(place)
        place -= 1
        beside += own
        beside += own
        mass = beside.astype(np.float32)
        mass *= np.float32(0.25)
        mass += np.float32(prior * _UNIT)
        totals = self._totals.take(rows)
        whole = totals.astype(np.float32)
        whole += np.float32(prior * _UNIT * BINS)
        mass /= whole
        own += np.uint16(_UNIT)
        self._flat[place] = own
        totals += np.uint16(_UNIT)
        self._totals[rows] = totals
        is_full = totals >= min(full_readings, _FULL_MAX) * _UNIT
        if is_full.any():
            full = rows[is_full]
            self._counts[full] >>= 1
            self._totals[full] = self._counts[full].sum(axis=1)
        np.log2(mass, out=mass)
        np.negative(mass, out=mass)
        return mass
