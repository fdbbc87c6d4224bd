"""Chance as a function of time: the same moment always gives the same number.

Nothing here keeps a state. A number is the hash of a stream's name and a tick, so a range of time
may be asked whole, in pieces or backwards, and gives the same values.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ticks = NDArray[np.int64]

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_HALF: Final = np.uint64(0xFFFFFFFF)


@lru_cache(maxsize=65_536)
def stream(*names: str | int) -> int:
    """The number under which everything named so draws its chance."""
    text = "\x1f".join(str(name) for name in names).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _hash(of: int, ticks: Ticks) -> NDArray[np.uint64]:
    """splitmix64 (Steele, Lea, Flood 2014) of the stream, moved by the tick."""
    mixed = ticks.astype(np.uint64) * _GOLDEN + np.uint64(of)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return mixed ^ (mixed >> np.uint64(31))


def uniform(of: int, ticks: Ticks) -> Array:
    """Between 0 and 1, both left out."""
    return ((_hash(of, ticks) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def normal(of: int, ticks: Ticks) -> Array:
    """Mean 0, deviation 1: Box and Muller's transform of the two halves of the hash."""
    mixed = _hash(of, ticks)
    radius = ((mixed >> np.uint64(32)).astype(np.float64) + 0.5) * 2.0**-32
    angle = (mixed & _HALF).astype(np.float64) * (2.0**-32 * 2.0 * np.pi)
    return np.sqrt(-2.0 * np.log(radius)) * np.cos(angle)


def draw(low: float, high: float, *names: str | int) -> float:
    """One number between low and high that belongs to the name."""
    return low + (high - low) * float(uniform(stream(*names), np.zeros(1, np.int64))[0])


def wander(of: int, times_us: Ticks, period_us: int) -> Array:
    """A slow, smooth coming and going of deviation 1 that forgets itself after the period."""
    place = times_us / period_us + (of % 1_000_003) / 1_000_003
    before = np.floor(place)
    part = place - before
    part = part * part * (3.0 - 2.0 * part)
    tick = before.astype(np.int64)
    mixed = (1.0 - part) * normal(of, tick) + part * normal(of, tick + 1)
    return np.asarray(mixed / np.sqrt((1.0 - part) ** 2 + part**2))


def poisson(chance: Array, mean: Array) -> Array:
    """The whole number whose Poisson distribution function reaches the chance."""
    term = np.exp(-mean)
    reached = term.copy()
    count = np.zeros_like(mean)
    for step in range(1, 60):
        short = reached < chance
        if not short.any():
            break
        term = term * mean / step
        count += short
        reached += term
    return count


@dataclass(frozen=True)
class Spells:
    """Time cut into spells of about one length, each beginning at its own uneven moment.

    What lasts from one moment to the next is told by them: a firmware, a battery, the days since
    a disk was cleaned.
    """

    of: int
    period_us: int
    unevenness: float = 0.5

    def begin_us(self, index: Ticks) -> Ticks:
        uneven = uniform(self.of, index) * (self.unevenness * self.period_us)
        phase = self.of % self.period_us
        return np.asarray(index * self.period_us + phase + uneven.astype(np.int64))

    def at(self, times_us: Ticks) -> tuple[Ticks, Ticks]:
        """For each time, which spell it lies in and how long that has lasted (µs)."""
        index = (times_us - self.of % self.period_us) // self.period_us
        begin = self.begin_us(index)
        index = np.where(begin > times_us, index - 1, index)
        return index, times_us - self.begin_us(index)

    def begun_within(self, from_us: int, to_us: int) -> list[tuple[int, int]]:
        """Index and beginning of each spell that begins in [from, to)."""
        first = from_us // self.period_us - 2
        index = np.arange(first, to_us // self.period_us + 2, dtype=np.int64)
        begin = self.begin_us(index)
        inside = (begin >= from_us) & (begin < to_us)
        return [(int(k), int(at)) for k, at in zip(index[inside], begin[inside], strict=True)]
