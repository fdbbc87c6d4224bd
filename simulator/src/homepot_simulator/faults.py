"""What breaks, and how it looks in the metrics."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from homepot_simulator.episodes import Episode, Moments
from homepot_simulator.fleet import MACHINES, Device, Fleet, Role
from homepot_simulator.noise import HOUR_US, Array, Ticks

Metrics = dict[str, Array]
Effect = Callable[[Metrics, Moments], None]

_COMPUTERS: Final = (Role.TILL, Role.SERVER)


def _add(metrics: Metrics, name: str, amount: Array) -> None:
    if name in metrics:
        metrics[name] = metrics[name] + amount


def _times(metrics: Metrics, name: str, factor: Array) -> None:
    if name in metrics:
        metrics[name] = metrics[name] * factor


def _cpu_runaway(metrics: Metrics, at: Moments) -> None:
    """A process that spins: the free part of the processor goes, the rest waits."""
    strength, on = at.episode.strength, at.onset(3)
    flutter = 0.9 + 0.1 * at.noise("cpu")
    free = np.maximum(98.0 - metrics["cpu_percent"], 0.0)
    _add(metrics, "cpu_percent", free * on * flutter * (0.22 + 0.73 * strength))
    _add(metrics, "load_1m", on * flutter * (1.0 + 7.0 * strength))
    _times(metrics, "network_latency_ms", 1.0 + 0.3 * strength * on)
    _add(metrics, "temperature_celsius", at.settling(0.3) * (2.0 + 11.0 * strength))
    _add(metrics, "fan_rpm", at.settling(0.3) * (150.0 + 1200.0 * strength))


def _memory_leak(metrics: Metrics, at: Moments) -> None:
    """Memory that is never given back, until somebody starts the program anew."""
    strength, part = at.episode.strength, at.progress * at.inside
    _add(metrics, "memory_percent", part * (9.0 + 40.0 * strength))
    late = np.maximum(part - 0.7, 0.0) / 0.3
    _add(metrics, "cpu_percent", late * 14.0 * strength)
    _times(metrics, "network_latency_ms", 1.0 + late * 0.3 * strength)


def _disk_filling(metrics: Metrics, at: Moments) -> None:
    """Files that nobody clears away; the course is a little bent."""
    part = at.progress ** (0.9 + 0.4 * at.episode.strength) * at.inside
    _add(metrics, "disk_percent", part * (8.0 + 42.0 * at.episode.strength))


def _degraded_link(metrics: Metrics, at: Moments) -> None:
    """A bad cable or line: slower, less even, with losses. What hangs on a gateway feels it too."""
    strength, on = at.episode.strength, at.onset(4)
    near = 1.0 if at.device.key == at.episode.device_key else 0.6
    unsteady = 0.55 + 0.9 * at.noise("link")
    _times(metrics, "network_latency_ms", 1.0 + on * near * unsteady * (0.6 + 4.5 * strength))
    _add(metrics, "packet_loss_percent", on * unsteady * (0.8 + 9.0 * strength))
    _add(metrics, "error_rate", on * near * unsteady * (0.004 + 0.05 * strength))
    _add(metrics, "signal_strength_dbm", -on * unsteady * (6.0 + 22.0 * strength))


def _cooling_failure(metrics: Metrics, at: Moments) -> None:
    """Cold that is no longer made, or heat that is no longer taken away."""
    strength = at.episode.strength
    if at.device.role in {Role.COLD_ROOM, Role.FREEZER}:
        risen = at.settling(1.6)
        _add(metrics, "temperature_celsius", risen * (2.2 + 10.0 * strength))
        _add(metrics, "humidity_percent", risen * (3.0 + 14.0 * strength))
        return
    risen = at.settling(0.8)
    _add(metrics, "temperature_celsius", risen * (6.0 + 24.0 * strength))
    _times(metrics, "power_watts", 1.0 + risen * 0.15 * strength)
    _times(metrics, "fan_rpm", 1.0 - at.onset(2) * (0.3 + 0.6 * strength))


def _bearing_wear(metrics: Metrics, at: Moments) -> None:
    """Growing play in a bearing: shaking grows faster and faster, then heat and power follow."""
    strength, part = at.episode.strength, at.progress
    grown = np.expm1(2.2 * part) / np.expm1(2.2) * at.inside
    restless = 0.85 + 0.3 * at.noise("bearing")
    _add(metrics, "vibration_mm_s", grown * restless * (1.1 + 7.0 * strength))
    _add(metrics, "temperature_celsius", grown * (2.0 + 16.0 * strength))
    _times(metrics, "power_watts", 1.0 + grown * (0.03 + 0.16 * strength))


def _error_burst(metrics: Metrics, at: Moments) -> None:
    """Requests that fail, and customers who give up."""
    strength, on = at.episode.strength, at.onset(2)
    restless = 0.6 + 0.8 * at.noise("errors")
    _add(metrics, "error_rate", on * restless * (0.018 + 0.28 * strength))
    _times(metrics, "transaction_count", 1.0 - on * 0.7 * strength)
    _add(metrics, "queue_depth", on * restless * (4.0 + 60.0 * strength))


def _unchanged(metrics: Metrics, at: Moments) -> None:
    """Seen by what is not reported, or by what stands still: the world sees to both."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault. `hours` is how long the seed lets it last, `minutes` an injected one."""

    roles: tuple[Role, ...]
    metrics: tuple[str, ...]
    hours: tuple[float, float]
    minutes: float
    weight: float
    effect: Effect
    after_hours: float = 0.0
    silent: bool = False
    restarts: bool = False
    frozen: bool = False
    site_wide: bool = False


FAULTS: Final[dict[str, Fault]] = {
    "cpu_runaway": Fault(
        (*_COMPUTERS, Role.GATEWAY), ("cpu_percent", "load_1m"), (1.0, 8.0), 30, 1.0,
        _cpu_runaway, after_hours=3, restarts=True,
    ),
    "memory_leak": Fault(
        (*_COMPUTERS, Role.GATEWAY), ("memory_percent",), (12.0, 60.0), 60, 1.0,
        _memory_leak, restarts=True,
    ),
    "disk_filling": Fault(
        (*_COMPUTERS, *MACHINES), ("disk_percent",), (20.0, 110.0), 60, 0.8, _disk_filling,
    ),
    "degraded_link": Fault(
        (*_COMPUTERS, Role.GATEWAY),
        ("network_latency_ms", "packet_loss_percent", "error_rate"), (0.8, 8.0), 30, 1.0,
        _degraded_link,
    ),
    "cooling_failure": Fault(
        (Role.COLD_ROOM, Role.FREEZER, Role.SERVER, *MACHINES),
        ("temperature_celsius", "humidity_percent", "fan_rpm"), (3.0, 14.0), 45, 1.6,
        _cooling_failure, after_hours=10,
    ),
    "bearing_wear": Fault(
        MACHINES, ("vibration_mm_s", "temperature_celsius", "power_watts"), (60.0, 190.0), 90, 1.4,
        _bearing_wear,
    ),
    "power_loss": Fault(
        (*_COMPUTERS, Role.ROOM, Role.COLD_ROOM, Role.FREEZER, *MACHINES), (), (0.4, 5.0), 20, 0.7,
        _unchanged, silent=True, restarts=True,
    ),
    "site_outage": Fault(
        (Role.GATEWAY,), (), (0.5, 3.0), 15, 0.0, _unchanged,
        silent=True, restarts=True, site_wide=True,
    ),
    "frozen_sensor": Fault(
        (Role.ROOM, Role.OUTDOOR, Role.COLD_ROOM, Role.FREEZER),
        ("temperature_celsius", "humidity_percent"), (5.0, 36.0), 60, 0.9,
        _unchanged, frozen=True,
    ),
    "error_burst": Fault(
        _COMPUTERS, ("error_rate", "transaction_count", "queue_depth"), (0.5, 5.0), 20, 1.0,
        _error_burst,
    ),
}  # fmt: skip


def make_fault(
    fleet: Fleet, kind: str, device: Device, span_us: tuple[int, int], strength: float
) -> Episode:
    """A fault of this kind on this device, with everyone it reaches."""
    fault = FAULTS[kind]
    members: tuple[str, ...] = ()
    if device.role is Role.GATEWAY and (fault.site_wide or kind == "degraded_link"):
        near = fleet.at_site(device.site_key)
        if not fault.site_wide:
            near = tuple(one for one in near if one.role in {*_COMPUTERS, Role.GATEWAY})
        members = tuple(one.key for one in near)
    return Episode(
        start_us=span_us[0],
        end_us=span_us[1],
        device_key=device.key,
        kind=kind,
        strength=round(strength, 3),
        metrics=tuple(name for name in fault.metrics if name in device.metrics),
        site_key=device.site_key,
        members=members,
    )


def apply_effect(
    metrics: Metrics, device: Device, times_us: Ticks, episode: Episode, seed: int
) -> None:
    """Lets one fault work on what would have been, in place."""
    fault = FAULTS[episode.kind]
    felt = (times_us >= episode.start_us) & (times_us < felt_until_us(episode))
    if not felt.any():
        return
    part = {name: values[felt] for name, values in metrics.items()}
    fault.effect(part, Moments(times_us[felt], episode, device, seed))
    for name, values in part.items():
        metrics[name][felt] = values


def felt_until_us(episode: Episode) -> int:
    """When the last trace of a fault has gone."""
    return episode.end_us + int(FAULTS[episode.kind].after_hours * HOUR_US)
