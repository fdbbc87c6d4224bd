"""When something out of the ordinary happens, and to whom."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from homepot_simulator.fleet import Device
from homepot_simulator.noise import Array, Ticks, stream, uniform


@dataclass(frozen=True, order=True)
class Episode:
    """One thing that goes on for a while. A site-wide one belongs to the site's gateway."""

    start_us: int
    device_key: str
    kind: str
    end_us: int
    strength: float
    metrics: tuple[str, ...] = ()
    site_key: str | None = None
    members: tuple[str, ...] = ()

    def concerns(self, device_key: str) -> bool:
        return device_key == self.device_key or device_key in self.members


@dataclass(frozen=True)
class Moments:
    """Times as an episode sees them; those before its start are not among them."""

    times_us: Ticks
    episode: Episode
    device: Device
    seed: int

    @property
    def hours(self) -> Array:
        """Since the start."""
        return np.asarray((self.times_us - self.episode.start_us) / 3.6e9)

    @property
    def hours_in_all(self) -> float:
        return (self.episode.end_us - self.episode.start_us) / 3.6e9

    @property
    def progress(self) -> Array:
        """0 at the start, 1 at the end and after it."""
        return np.clip(self.hours / self.hours_in_all, 0.0, 1.0)

    @property
    def inside(self) -> Array:
        """1 while it goes on, 0 after."""
        return (self.times_us < self.episode.end_us).astype(np.float64)

    def onset(self, minutes: float) -> Array:
        """Rises from 0 to 1 within the minutes, or within a tenth of a short episode; 0 after."""
        rise = min(minutes / 60.0, self.hours_in_all / 10.0)
        return np.asarray(np.clip(self.hours / rise, 0.0, 1.0) * self.inside)

    def settling(self, hours: float) -> Array:
        """What follows slowly, as heat does: towards 1 while it goes on, back to 0 after."""
        slow = min(hours, self.hours_in_all / 3.0)
        risen = 1.0 - np.exp(-np.minimum(self.hours, self.hours_in_all) / slow)
        return np.asarray(risen * np.exp(-np.maximum(self.hours - self.hours_in_all, 0.0) / slow))

    def noise(self, purpose: str) -> Array:
        """Between 0 and 1, anew at each moment."""
        return uniform(stream(self.seed, self.device.key, "episode", purpose), self.times_us)


@dataclass(frozen=True)
class Slots:
    """Time cut into slots of one length; in each of them something happens once, or not.

    What happens lies wholly within its slot, so two of one owner never overlap.
    """

    seed: int
    owner: str
    purpose: str
    period_us: int
    share: float

    def taken(self, from_us: int, to_us: int) -> Iterator[tuple[int, int]]:
        """Number and beginning of every slot that touches [from, to) and is not left empty."""
        phase = stream(self.seed, self.owner, self.purpose) % self.period_us
        first, last = (from_us - phase) // self.period_us, (to_us - phase) // self.period_us
        for number in range(first, last + 1):
            if self.chance(number, "taken") < self.share:
                yield number, number * self.period_us + phase

    def chance(self, number: int, name: str) -> float:
        of = stream(self.seed, self.owner, self.purpose, name)
        return float(uniform(of, np.array([number], np.int64))[0])

    def place(self, number: int, begin_us: int, length_us: int) -> tuple[int, int]:
        """Where in its slot something of this length lies, on a whole second."""
        room = max(self.period_us - length_us, 0)
        start = begin_us + int(self.chance(number, "start") * room)
        start -= start % 1_000_000
        return start, start + length_us
