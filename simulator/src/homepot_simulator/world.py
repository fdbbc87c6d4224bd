"""Everything together: (fleet seed, device, times) -> values. A pure function."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from homepot_simulator.episodes import Episode
from homepot_simulator.faults import FAULTS, apply_effect, felt_until_us
from homepot_simulator.fleet import Device, Fleet
from homepot_simulator.harmless import Metrics, apply_harmless
from homepot_simulator.noise import DAY_US, SECOND_US, Array, Ticks, draw, stream, uniform
from homepot_simulator.schedule import scheduled_faults
from homepot_simulator.signals import usual

# lowest and highest value that the device's own meter can say, and its decimals
METERS: Final[dict[str, tuple[float, float, int]]] = {
    "cpu_percent": (0, 100, 1),
    "memory_percent": (0, 100, 1),
    "disk_percent": (0, 100, 1),
    "network_latency_ms": (0.1, 60_000, 1),
    "error_rate": (0, 1, 4),
    "transaction_count": (0, 1_000_000, 0),
    "uptime_seconds": (0, 3.2e9, 0),
    "temperature_celsius": (-60, 150, 1),
    "humidity_percent": (0, 100, 1),
    "battery_percent": (0, 100, 1),
    "signal_strength_dbm": (-140, 0, 0),
    "packet_loss_percent": (0, 100, 2),
    "active_connections": (0, 1_000_000, 0),
    "vibration_mm_s": (0, 100, 2),
    "power_watts": (0, 1_000_000, 0),
    "load_1m": (0, 10_000, 2),
    "queue_depth": (0, 1_000_000, 0),
    "fan_rpm": (0, 50_000, -1),
}
# of all reports, so many never arrive although nothing is wrong
_LOST_SHARE: Final = 0.002
# no device runs longer without a planned restart
_LONGEST_RUN_US: Final = 45 * DAY_US
_BLOCK_US: Final = 8 * DAY_US
_PHASE_MAX_MS: Final = 10_000


@dataclass(frozen=True)
class Readings:
    """One device's reports: as many rows as arrived, a column for each of its metrics."""

    device_key: str
    metrics: tuple[str, ...]
    times_us: Ticks
    values: Array


def report_times(device: Device, seed: int, from_us: int, to_us: int, step_us: int) -> Ticks:
    """When the device reports within (from, to]: every step, at its own moment of it.

    The moments of a longer step are among those of a shorter one that divides it.
    """
    phase = int(draw(0, _PHASE_MAX_MS, seed, device.key, "phase")) * 1000 % step_us
    first = (from_us - phase) // step_us + 1
    return np.arange(first, (to_us - phase) // step_us + 1, dtype=np.int64) * step_us + phase


class World:
    """The fleet in time: the faults of its seed, unless left out, and those added by hand."""

    def __init__(
        self, fleet: Fleet, *, scheduled: bool = True, added: Iterable[Episode] = ()
    ) -> None:
        self.fleet = fleet
        self.scheduled = scheduled
        self.added = tuple(sorted(set(added)))
        # a schedule once worked out, kept: live time asks for it again and again
        self._blocks: dict[int, tuple[Episode, ...]] = {}
        self._by_device: dict[tuple[int, str], tuple[Episode, ...]] = {}

    def with_added(self, *episodes: Episode) -> "World":
        other = World(self.fleet, scheduled=self.scheduled, added=(*self.added, *episodes))
        other._blocks, other._by_device = self._blocks, self._by_device
        return other

    def faults(self, from_us: int, to_us: int) -> list[Episode]:
        """Every fault that touches [from, to), in the order in which they begin."""
        return sorted(self._touching(from_us, to_us, None))

    def silent(self, device_key: str, time_us: int) -> bool:
        """Whether the device has no power just then."""
        now = self._touching(time_us, time_us + 1, device_key)
        return any(FAULTS[one.kind].silent for one in now)

    def values(self, device_key: str, times_us: Ticks) -> Readings:
        """What arrives from the device of what it would report at these times."""
        device = self.fleet.device[device_key]
        if not len(times_us):
            return Readings(
                device_key, device.metrics, times_us, np.empty((0, len(device.metrics)))
            )
        first, last = int(times_us.min()), int(times_us.max())
        episodes = sorted(self._touching(first - _LONGEST_RUN_US, last + 1, device_key))
        metrics = self._metrics(device, times_us, episodes)
        heard = self._heard(device, times_us, episodes)
        columns = [_metered(name, metrics[name])[heard] for name in device.metrics]
        return Readings(device_key, device.metrics, times_us[heard], np.stack(columns, axis=1))

    def _touching(self, from_us: int, to_us: int, device_key: str | None) -> list[Episode]:
        """Faults that touch [from, to): all of them, or those that one device feels."""
        found = [
            one
            for one in self.added
            if one.start_us < to_us and one.end_us > from_us
            if device_key is None or one.concerns(device_key)
        ]
        first = from_us // _BLOCK_US
        for block in range(first, to_us // _BLOCK_US + 1) if self.scheduled else ():
            begin = block * _BLOCK_US
            found += [
                one
                for one in self._block(block, device_key)
                # one that began in an earlier block has been met there
                if one.start_us >= begin or block == first
                if one.start_us < to_us and one.end_us > from_us
            ]
        return found

    def _block(self, block: int, device_key: str | None) -> tuple[Episode, ...]:
        if block not in self._blocks:
            begin = block * _BLOCK_US
            self._blocks[block] = tuple(scheduled_faults(self.fleet, begin, begin + _BLOCK_US))
        if device_key is None:
            return self._blocks[block]
        key = (block, device_key)
        if key not in self._by_device:
            self._by_device[key] = tuple(
                one for one in self._blocks[block] if one.concerns(device_key)
            )
        return self._by_device[key]

    def _metrics(self, device: Device, times_us: Ticks, episodes: list[Episode]) -> Metrics:
        metrics = self._moving(device, times_us, episodes)
        for one in episodes:
            stuck = (times_us >= one.start_us) & (times_us < one.end_us)
            if FAULTS[one.kind].frozen and stuck.any():
                last = self._moving(device, np.array([one.start_us], np.int64), episodes)
                for name in one.metrics:
                    metrics[name][stuck] = last[name][0]
        return metrics

    def _moving(self, device: Device, times_us: Ticks, episodes: list[Episode]) -> Metrics:
        """The metrics as the device lives them, whether or not its meter moves with them."""
        seed = self.fleet.seed
        metrics = usual(self.fleet, device, times_us)
        apply_harmless(metrics, device, times_us, seed)
        for one in episodes:
            if felt_until_us(one) > int(times_us.min()):
                apply_effect(metrics, device, times_us, one, seed)
            if FAULTS[one.kind].restarts and "uptime_seconds" in metrics:
                since = (times_us - one.end_us) // SECOND_US
                up = metrics["uptime_seconds"]
                metrics["uptime_seconds"] = np.where(since >= 0, np.minimum(up, since), up)
        return metrics

    def _heard(self, device: Device, times_us: Ticks, episodes: list[Episode]) -> NDArray[np.bool_]:
        lost = stream(self.fleet.seed, device.key, "lost")
        heard = uniform(lost, times_us) >= _LOST_SHARE
        for one in episodes:
            if FAULTS[one.kind].silent:
                heard &= (times_us < one.start_us) | (times_us >= one.end_us)
        return heard


def _metered(name: str, values: Array) -> Array:
    low, high, decimals = METERS[name]
    # adding zero turns a rounded -0.0 into the 0.0 that a meter shows
    return np.asarray(np.round(np.clip(values, low, high), decimals) + 0.0)
