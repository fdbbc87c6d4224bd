"""Which of a device's many temperatures is the one that matters. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

# Beyond these a sensor is broken or not connected.
CELSIUS_MIN, CELSIUS_MAX = -60.0, 150.0
# The processor's own sensors, under the names that kernels give them.
PROCESSOR = ("coretemp", "k10temp", "zenpower", "cpu_thermal", "cpu-thermal", "soc_thermal", "cpu")


class Temperature(Protocol):
    """A sensor's reading, as psutil gives it."""

    @property
    def current(self) -> float | None: ...


def device_celsius(sensors: Mapping[str, Sequence[Temperature]]) -> float | None:
    """The hottest of the processor's sensors, else the hottest there is; None without any."""
    readings = {
        name: [
            float(one.current)
            for one in entries
            # an unconnected one often says exactly nothing
            if one.current and CELSIUS_MIN <= one.current <= CELSIUS_MAX
        ]
        for name, entries in sensors.items()
    }
    for name in PROCESSOR:
        if readings.get(name):
            return max(readings[name])
    everything = [value for values in readings.values() for value in values]
    return max(everything, default=None)
