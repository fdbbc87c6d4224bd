"""Changes that nobody should be woken for: they look like something, and are not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from homepot_simulator.clock import local_us, utc_us
from homepot_simulator.episodes import Episode, Moments, Slots
from homepot_simulator.fleet import MACHINES, SENSORS, Device, Fleet, Role, Site
from homepot_simulator.noise import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    Array,
    Spells,
    Ticks,
    draw,
    normal,
    stream,
    uniform,
)

Metrics = dict[str, Array]
Effect = Callable[[Metrics, Moments], None]

_COMPUTERS: Final = (Role.TILL, Role.SERVER)
_PROMOTION_SLOT_US: Final = 16 * DAY_US
_PROMOTION_SHARE: Final = 0.7


# What lasts from one moment to the next.


def firmware(seed: int, device: Device) -> Spells:
    """From one update to the next; an update moves levels for good."""
    return Spells(stream(seed, device.key, "firmware"), 48 * DAY_US, 0.7)


def firmware_level(seed: int, device: Device, metric: str, times_us: Ticks) -> Array:
    """How far this firmware lies from the usual level, in deviations."""
    index, _ = firmware(seed, device).at(times_us)
    return normal(stream(seed, device.key, "firmware", metric), index)


def announced(seed: int, device: Device, index: int) -> bool:
    """Whether the update came with its event, as most do."""
    of = stream(seed, device.key, "firmware", "announced")
    return bool(uniform(of, np.array([index], np.int64))[0] < 0.85)


def battery(seed: int, device: Device) -> Spells:
    """From one new battery to the next."""
    return Spells(
        stream(seed, device.key, "battery"),
        int(draw(150, 330, seed, device.key, "battery life")) * DAY_US,
        0.2,
    )


def cleaning(seed: int, device: Device) -> Spells:
    """From one clean-up of the disk to the next."""
    return Spells(
        stream(seed, device.key, "cleaning"),
        int(draw(6, 17, seed, device.key, "cleaning")) * DAY_US,
        0.4,
    )


def restarting(seed: int, device: Device) -> Spells:
    """From one planned restart to the next."""
    return Spells(
        stream(seed, device.key, "restart"),
        int(draw(9, 28, seed, device.key, "restart")) * DAY_US,
        0.5,
    )


def backup_habit(seed: int, device: Device) -> Spells:
    """How long the backup is made at the same hour of the night."""
    return Spells(stream(seed, device.key, "backup"), 60 * DAY_US, 0.6)


def backing_up(seed: int, device: Device, times_us: Ticks, local: Ticks) -> Array:
    """How hard the nightly backup works, 0 to 1."""
    if device.role not in _COMPUTERS:
        return np.zeros(len(times_us))
    index, _ = backup_habit(seed, device).at(times_us)
    start = 30.0 + 270.0 * uniform(stream(seed, device.key, "backup", "hour"), index)
    length = 12.0 + 35.0 * uniform(stream(seed, device.key, "backup", "length"), index)
    part = ((local % DAY_US) / MINUTE_US - start) / length
    return np.where((part > 0) & (part < 1), 0.7 + 0.3 * np.sin(np.pi * np.clip(part, 0, 1)), 0.0)


# What goes on for a while.


def promotions(seed: int, site: Site, from_us: int, to_us: int) -> Iterator[Episode]:
    """Afternoons on which a whole site is far busier than usual."""
    slots = Slots(seed, site.key, "promotion", _PROMOTION_SLOT_US, _PROMOTION_SHARE)
    for number, begin_us in slots.taken(from_us, to_us):
        at, _ = slots.place(number, begin_us, 2 * DAY_US)
        day = int(local_us(site.timezone, np.array([at], np.int64))[0]) // DAY_US
        start = utc_us(site.timezone, day * DAY_US + 12 * HOUR_US)
        end = start + int((2.0 + 4.0 * slots.chance(number, "length")) * 60) * MINUTE_US
        if start < to_us and end > from_us:
            strength = round(slots.chance(number, "strength"), 3)
            yield Episode(start, f"{site.key}-gateway", "promotion", end, strength, (), site.key)


def busy_factor(seed: int, site: Site, times_us: Ticks) -> Array:
    factor = np.ones(len(times_us))
    if not len(times_us):
        return factor
    for one in promotions(seed, site, int(times_us.min()), int(times_us.max()) + 1):
        rise = (times_us - one.start_us) / (30.0 * MINUTE_US)
        fall = (one.end_us - times_us) / (30.0 * MINUTE_US)
        factor += (0.4 + 0.8 * one.strength) * np.clip(np.minimum(rise, fall), 0.0, 1.0)
    return factor


def _door_open(metrics: Metrics, at: Moments) -> None:
    warmer = at.settling(0.25) * (1.2 + 3.2 * at.episode.strength)
    metrics["temperature_celsius"] = metrics["temperature_celsius"] + warmer
    metrics["humidity_percent"] = metrics["humidity_percent"] + 2.5 * warmer


def _busy_link(metrics: Metrics, at: Moments) -> None:
    slower = 1.0 + at.onset(5) * (0.15 + 0.4 * at.episode.strength)
    metrics["network_latency_ms"] = metrics["network_latency_ms"] * slower


def _spike(metrics: Metrics, at: Moments) -> None:
    name = at.episode.metrics[0]
    metrics[name] = metrics[name] * (1.0 + at.inside * (0.5 + 1.2 * at.episode.strength))


def _copied_files(metrics: Metrics, at: Moments) -> None:
    more = np.minimum(at.hours / 0.2, 1.0) * at.inside * (1.5 + 5.0 * at.episode.strength)
    metrics["disk_percent"] = metrics["disk_percent"] + more


@dataclass(frozen=True)
class Harmless:
    roles: tuple[Role, ...]
    metrics: tuple[str, ...]
    minutes: tuple[float, float]
    every_days: int
    effect: Effect
    after_hours: float = 0.0


HARMLESS: Final[dict[str, Harmless]] = {
    "door_left_open": Harmless(
        (Role.COLD_ROOM, Role.FREEZER), ("temperature_celsius", "humidity_percent"), (10, 35), 6,
        _door_open, after_hours=2,
    ),
    "busy_link": Harmless(
        (Role.TILL, Role.GATEWAY), ("network_latency_ms",), (20, 70), 8, _busy_link,
    ),
    "single_spike": Harmless(
        (*_COMPUTERS, Role.GATEWAY), ("cpu_percent",), (1.0, 1.2), 4, _spike,
    ),
    "vibration_spike": Harmless(MACHINES, ("vibration_mm_s",), (1.0, 1.2), 5, _spike),
    "copied_files": Harmless(
        (*_COMPUTERS, *MACHINES), ("disk_percent",), (50, 400), 15, _copied_files,
    ),
}  # fmt: skip
_SHARE: Final = 0.6


def passing(seed: int, device: Device, from_us: int, to_us: int) -> Iterator[Episode]:
    """Every harmless episode of one device that touches [from, to), or is still felt there."""
    for kind, one in HARMLESS.items():
        if device.role not in one.roles:
            continue
        slots = Slots(seed, device.key, kind, one.every_days * DAY_US, _SHARE)
        low, high = one.minutes
        felt_us = int(one.after_hours * HOUR_US)
        for number, begin_us in slots.taken(from_us - felt_us, to_us):
            minutes = low + (high - low) * slots.chance(number, "length")
            start, end = slots.place(number, begin_us, int(minutes * 60) * 1_000_000)
            if start < to_us and end + felt_us > from_us:
                strength = round(slots.chance(number, "strength"), 3)
                yield Episode(start, device.key, kind, end, strength, one.metrics, device.site_key)


def apply_harmless(metrics: Metrics, device: Device, times_us: Ticks, seed: int) -> None:
    if not len(times_us):
        return
    for episode in passing(seed, device, int(times_us.min()), int(times_us.max()) + 1):
        until = episode.end_us + int(HARMLESS[episode.kind].after_hours * HOUR_US)
        felt = (times_us >= episode.start_us) & (times_us < until)
        if not felt.any():
            continue
        part = {name: values[felt] for name, values in metrics.items()}
        HARMLESS[episode.kind].effect(part, Moments(times_us[felt], episode, device, seed))
        for name, values in part.items():
            metrics[name][felt] = values


def harmless_episodes(fleet: Fleet, from_us: int, to_us: int) -> Iterator[Episode]:
    """Everything harmless that touches [from, to); what moves for good ends as it starts."""
    for site in fleet.sites:
        yield from promotions(fleet.seed, site, from_us, to_us)
    for device in fleet.devices:
        yield from passing(fleet.seed, device, from_us, to_us)
        lasting = [("firmware_update", firmware(fleet.seed, device), ("cpu_percent",))]
        if device.role in SENSORS:
            lasting = [("new_battery", battery(fleet.seed, device), ("battery_percent",))]
        if device.role in {*_COMPUTERS, *MACHINES}:
            lasting.append(("disk_cleaned", cleaning(fleet.seed, device), ("disk_percent",)))
        if device.role in _COMPUTERS:
            lasting.append(
                ("new_nightly_backup", backup_habit(fleet.seed, device), ("cpu_percent",))
            )
        for kind, spells, metrics in lasting:
            for _, at in spells.begun_within(from_us, to_us):
                yield Episode(at, device.key, kind, at, 1.0, metrics, device.site_key)
