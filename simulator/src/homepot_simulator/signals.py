"""What is normal: each device's metrics as they would be if nothing ever broke.

Traffic is the hidden hand: a site's customers drive transactions, processor load, connections and
latency together; a machine's load drives its power, heat and shaking; the weather reaches rooms
and compressors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from homepot_simulator.clock import local_us, openness
from homepot_simulator.fleet import Device, Fleet, Role, Site
from homepot_simulator.harmless import (
    Metrics,
    backing_up,
    battery,
    busy_factor,
    cleaning,
    firmware_level,
    restarting,
)
from homepot_simulator.noise import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    Array,
    Ticks,
    draw,
    normal,
    poisson,
    stream,
    uniform,
    wander,
)

_YEAR_DAYS: Final = 365.2425
_COUNTED_OVER_MIN: Final = 5


@dataclass(frozen=True)
class Scene:
    """One device at some moments, and what it is surrounded by."""

    seed: int
    site: Site
    device: Device
    times_us: Ticks

    @cached_property
    def local(self) -> Ticks:
        return local_us(self.site.timezone, self.times_us)

    @cached_property
    def _openness(self) -> tuple[Array, Array]:
        return openness(self.seed, self.site.key, self.site.schedule, self.local)

    @property
    def open(self) -> Array:
        return self._openness[0]

    @cached_property
    def demand(self) -> Array:
        """How busy the site is: about 1 at the peak of a usual day."""
        day = normal(stream(self.seed, self.site.key, "day"), self.local // DAY_US)
        slow = wander(stream(self.seed, self.site.key, "crowd"), self.times_us, 90 * MINUTE_US)
        usual = self._openness[1] * np.exp(0.1 * day + 0.09 * slow)
        return usual * busy_factor(self.seed, self.site, self.times_us)

    @cached_property
    def outdoor_c(self) -> Array:
        climate = self.site.climate
        year = (self.local / DAY_US / _YEAR_DAYS) % 1.0 - (climate.warmest_month - 0.5) / 12.0
        hour = (self.local % DAY_US) / HOUR_US
        of = stream(self.seed, self.site.key, "weather")
        usual = climate.mean_c + climate.year_c * np.cos(2 * np.pi * year)
        usual = usual + climate.day_c * np.cos(2 * np.pi * (hour - 15.0) / 24.0)
        fronts = wander(of, self.times_us, 60 * HOUR_US) * 0.25 * climate.day_c
        return usual + fronts + 0.5 * wander(of + 1, self.times_us, 2 * HOUR_US)

    def trait(self, name: str, low: float, high: float) -> float:
        """A habit of this one device."""
        return draw(low, high, self.seed, self.device.key, "trait", name)

    def slow(self, name: str, hours: float) -> Array:
        of = stream(self.seed, self.device.key, "slow", name)
        return wander(of, self.times_us, int(hours * HOUR_US))

    def noise(self, name: str) -> Array:
        return normal(stream(self.seed, self.device.key, "noise", name), self.times_us)

    def level(self, metric: str) -> Array:
        return firmware_level(self.seed, self.device, metric, self.times_us)

    @cached_property
    def backup(self) -> Array:
        return backing_up(self.seed, self.device, self.times_us, self.local)

    def days_since_cleaned(self) -> Array:
        return np.asarray(cleaning(self.seed, self.device).at(self.times_us)[1] / DAY_US)

    def uptime_s(self) -> Array:
        since = restarting(self.seed, self.device).at(self.times_us)[1]
        return np.asarray(since // 1_000_000, np.float64)


def _disk(scene: Scene, low: float, high: float) -> Array:
    growth = scene.trait("disk growth", 0.25, 0.7) * scene.days_since_cleaned()
    return scene.trait("disk", low, high) + growth + 0.15 * scene.slow("disk", 8)


def _customers(scene: Scene) -> Array:
    """Transactions of the last five minutes: the sum of five minutes that are each their own."""
    minute = scene.times_us // MINUTE_US
    back = np.arange(1, _COUNTED_OVER_MIN + 1)
    minutes, where = np.unique(minute[:, None] - back, return_inverse=True)
    then = Scene(scene.seed, scene.site, scene.device, minutes * MINUTE_US)
    mean = scene.trait("customers", 0.45, 1.3) * then.demand
    chance = uniform(stream(scene.seed, scene.device.key, "customers"), minutes)
    counts = poisson(chance, mean)
    return np.asarray(counts[where.reshape(len(minute), _COUNTED_OVER_MIN)].sum(axis=1))


def _till(scene: Scene) -> Metrics:
    demand, count = scene.demand, _customers(scene)
    surplus = count - scene.trait("customers", 0.45, 1.3) * _COUNTED_OVER_MIN * demand
    cpu = scene.trait("cpu", 8, 17) + scene.trait("cpu busy", 14, 26) * demand + 0.7 * surplus
    cpu += 1.6 * scene.level("cpu") + 1.5 * scene.slow("cpu", 0.4) + 1.1 * scene.noise("cpu")
    memory = scene.trait("memory", 36, 54) + 5.0 * demand + 1.8 * scene.level("memory")
    memory += 0.9 * scene.slow("memory", 6) + 0.2 * scene.noise("memory")
    latency = scene.trait("latency", 14, 32) * np.exp(
        0.07 * scene.slow("latency", 1.2) + 0.06 * scene.noise("latency")
    )
    errors = scene.trait("errors", 0.0015, 0.004) * np.exp(
        0.22 * scene.slow("errors", 3) + 0.25 * scene.noise("errors")
    )
    return {
        "cpu_percent": cpu + 22.0 * scene.backup,
        "memory_percent": memory,
        "disk_percent": _disk(scene, 24, 52),
        "network_latency_ms": latency * (1.0 + 0.5 * scene.backup) + 6.0 * demand,
        "error_rate": errors * (1.0 + 0.5 * demand),
        "transaction_count": count,
        "uptime_seconds": scene.uptime_s(),
    }


def _gateway(scene: Scene) -> Metrics:
    demand = scene.demand
    connections = scene.trait("connections", 14, 30) + 45.0 * demand
    connections += 1.5 * scene.slow("connections", 0.7) + 1.2 * scene.noise("connections")
    cpu = scene.trait("cpu", 9, 15) + 0.28 * connections + 1.2 * scene.level("cpu")
    memory = scene.trait("memory", 30, 46) + 0.06 * connections + 1.2 * scene.level("memory")
    latency = scene.trait("latency", 9, 24) * np.exp(
        0.1 * scene.slow("latency", 1.5) + 0.07 * scene.noise("latency")
    )
    loss = scene.trait("loss", 0.04, 0.16) * np.exp(
        0.25 * scene.slow("loss", 2) + 0.4 * scene.noise("loss")
    )
    return {
        "cpu_percent": cpu + 1.3 * scene.slow("cpu", 0.5) + 0.9 * scene.noise("cpu"),
        "memory_percent": memory + 0.7 * scene.slow("memory", 9) + 0.15 * scene.noise("memory"),
        "network_latency_ms": latency + 7.0 * demand,
        "packet_loss_percent": loss * (1.0 + demand),
        "active_connections": connections,
        "uptime_seconds": scene.uptime_s(),
    }


def _server(scene: Scene) -> Metrics:
    demand, backup = scene.demand, scene.backup
    load = 0.4 + scene.trait("load", 1.2, 2.4) * demand + 1.6 * backup
    load = load * np.exp(0.12 * scene.slow("load", 0.5) + 0.05 * scene.noise("load"))
    cpu = 6.0 + 15.0 * load + 1.5 * scene.level("cpu") + 1.2 * scene.noise("cpu")
    memory = scene.trait("memory", 48, 58) + 6.0 * demand + 2.0 * scene.level("memory")
    heat = 34.0 + 0.25 * (scene.outdoor_c - 25.0) + 0.32 * cpu + 0.4 * scene.slow("heat", 1)
    errors = 0.0012 * np.exp(0.25 * scene.slow("errors", 3) + 0.2 * scene.noise("errors"))
    latency = 2.2 * np.exp(0.1 * scene.slow("latency", 1) + 0.08 * scene.noise("latency"))
    return {
        "cpu_percent": cpu,
        "memory_percent": memory + 0.8 * scene.slow("memory", 6) + 0.2 * scene.noise("memory"),
        "disk_percent": _disk(scene, 46, 58) + 2.0 * backup,
        "load_1m": load,
        "network_latency_ms": latency * (1.0 + 0.3 * demand + 0.8 * backup),
        "error_rate": errors * (1.0 + 0.3 * demand),
        "active_connections": 24.0 + 70.0 * demand + 2.0 * scene.noise("connections"),
        "queue_depth": 1.0 + 4.0 * demand * np.exp(0.3 * scene.noise("queue")),
        "temperature_celsius": heat + 0.2 * scene.noise("heat"),
        "fan_rpm": 900.0 + 42.0 * (heat - 30.0) + 12.0 * scene.noise("fan"),
        "uptime_seconds": scene.uptime_s(),
    }


def _cooling_cycle(scene: Scene) -> Array:
    """The thermostat's saw: warmer until the compressor starts, then colder again; -0.5 to 0.5."""
    length = scene.trait("cycle", 17, 34) * MINUTE_US
    part = (scene.times_us / length + scene.trait("cycle phase", 0, 1)) % 1.0
    return np.where(part < 0.65, part / 0.65, (1.0 - part) / 0.35) - 0.5


def _defrosting(scene: Scene) -> Array:
    """A short warming three times a day, 0 to 1."""
    since_min = ((scene.local + int(scene.trait("defrost", 0, 8) * HOUR_US)) % (8 * HOUR_US)) / 6e7
    return np.where(since_min < 20, since_min / 20, np.exp((20 - since_min) / 15.0))


def _sensor(scene: Scene) -> Metrics:
    demand, role = scene.demand, scene.device.role
    if role is Role.OUTDOOR:
        temperature = scene.outdoor_c
        humidity = 68.0 - 1.6 * (scene.outdoor_c - scene.site.climate.mean_c)
        humidity += 7.0 * scene.slow("humidity", 40)
    elif role is Role.ROOM:
        temperature = scene.trait("room", 20.0, 23.0) + 1.4 * demand - 1.6 * (1 - scene.open)
        temperature += 0.08 * (scene.outdoor_c - 15.0) + 0.35 * scene.slow("room", 5)
        humidity = scene.trait("humidity", 42, 52) + 3.5 * demand + 2.5 * scene.slow("humidity", 30)
    else:
        frozen = role is Role.FREEZER
        target = scene.trait("target", -20.5, -18.0) if frozen else scene.trait("target", 3.0, 4.8)
        doors = 0.7 * demand + 0.3 * scene.slow("doors", 0.6) * np.minimum(demand, 1.0)
        cycle, defrost = _cooling_cycle(scene), _defrosting(scene)
        temperature = target + (1.0 + 0.4 * frozen) * cycle + 1.1 * defrost + doors
        temperature += 0.012 * (scene.outdoor_c - 15.0) + 0.12 * scene.slow("drift", 50)
        humidity = scene.trait("humidity", 58, 76) + 5.0 * cycle + 6.0 * defrost + 2.5 * doors
        humidity += 1.2 * scene.slow("humidity", 10)
    spells = battery(scene.seed, scene.device)
    age = spells.at(scene.times_us)[1] / spells.period_us
    signal = scene.trait("signal", -78, -54) + 2.0 * scene.slow("signal", 20)
    return {
        "temperature_celsius": temperature + 0.06 * scene.noise("temperature"),
        "humidity_percent": humidity + 0.5 * scene.noise("humidity"),
        "battery_percent": 100.0 - 52.0 * age + 0.25 * scene.slow("battery", 14),
        "signal_strength_dbm": signal - 1.5 * demand + 0.9 * scene.noise("signal"),
    }


def _machine_load(scene: Scene) -> Array:
    """How hard a machine works, 0 to about 1."""
    role, uneven = scene.device.role, 0.06 * scene.slow("load", 0.8)
    if role is Role.CONVEYOR:
        load = scene.open * (0.35 + 0.5 * np.minimum(scene.demand, 1.3)) + uneven * scene.open
    elif role is Role.FAN:
        load = 0.08 + 0.75 * scene.open + uneven * scene.open
    elif role is Role.PUMP:
        length = scene.trait("cycle", 40, 80) * MINUTE_US
        part = (scene.times_us / length) % 1.0
        load = 0.25 + 0.4 / (1.0 + np.exp(-60.0 * (np.abs(part - 0.5) - 0.25))) + uneven
    else:
        warmth = 0.012 * (scene.outdoor_c - scene.site.climate.mean_c)
        load = 0.42 + warmth + 0.2 * np.minimum(scene.demand, 1.5) + uneven
    return np.clip(load, 0.02, 1.1)


def _machine(scene: Scene) -> Metrics:
    load = _machine_load(scene)
    rated = scene.trait("rated", 900, 4200)
    around = 21.0 + 0.35 * (scene.outdoor_c - 15.0)
    shaking = scene.trait("shaking", 0.7, 1.5) + scene.trait("shaking busy", 0.7, 1.7) * load
    shaking *= np.exp(0.05 * scene.slow("shaking", 4) + 0.05 * scene.noise("shaking"))
    heat = around + scene.trait("heat", 17, 27) * load + 0.5 * scene.slow("heat", 1.5)
    power = rated * (0.06 + 0.8 * load) * np.exp(0.015 * scene.noise("power"))
    cpu = scene.trait("cpu", 9, 19) + 9.0 * load + 1.4 * scene.level("cpu")
    return {
        "cpu_percent": cpu + 1.2 * scene.slow("cpu", 0.6) + 0.9 * scene.noise("cpu"),
        "disk_percent": _disk(scene, 22, 44),
        "temperature_celsius": heat + 0.15 * scene.noise("heat"),
        "vibration_mm_s": shaking,
        "power_watts": power,
        "uptime_seconds": scene.uptime_s(),
    }


_BY_TYPE: Final[dict[str, Callable[[Scene], Metrics]]] = {
    "pos_terminal": _till,
    "gateway": _gateway,
    "server": _server,
    "iot_sensor": _sensor,
    "industrial_controller": _machine,
}


def usual(fleet: Fleet, device: Device, times_us: Ticks) -> Metrics:
    """Each metric of the device at each of the times, unrounded."""
    scene = Scene(fleet.seed, fleet.site[device.site_key], device, times_us)
    return _BY_TYPE[device.type](scene)
