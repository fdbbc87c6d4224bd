"""What is measured on the device. A metric that the device lacks is absent, never made up."""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Optional, TypeVar

import psutil

from homepot_agent.rates import Rates
from homepot_agent.sensors import device_celsius

log = logging.getLogger(__name__)

DECIMALS = 3
T = TypeVar("T")
Measure = Callable[[], Optional[float]]
# What a platform or a container without the thing raises.
LACKING = (OSError, psutil.Error, NotImplementedError, AttributeError, ValueError, RuntimeError)


class Collector:
    """Measures the device it runs on."""

    def __init__(self, disk_path: str | None = None) -> None:
        self._disk_path = disk_path or system_disk()
        self._rates = Rates()
        self._lacking: set[str] = set()
        self._measures: dict[str, Measure] = {
            "cpu_percent": lambda: psutil.cpu_percent(interval=None),
            "memory_percent": lambda: psutil.virtual_memory().percent,
            "swap_percent": swap_percent,
            "disk_percent": lambda: psutil.disk_usage(self._disk_path).percent,
            "inode_percent": lambda: inode_percent(self._disk_path),
            "load_1m": load_1m,
            "process_count": lambda: len(psutil.pids()),
            "uptime_seconds": uptime_seconds,
            "temperature_celsius": temperature_celsius,
            "battery_percent": battery_percent,
        }
        # The first call has nothing to compare with and answers 0, which was not measured.
        psutil.cpu_percent(interval=None)
        self._rates.update(time.monotonic(), self._counters())

    def measure(self) -> dict[str, float]:
        """All that can be measured now. Takes milliseconds and never waits for a network."""
        measured = {}
        for name, measure in self._measures.items():
            value = self._try(name, measure)
            if value is not None:
                measured[name] = value
        measured.update(self._rates.update(time.monotonic(), self._counters()))
        return measured

    def _try(self, name: str, measure: Callable[[], T]) -> T | None:
        try:
            return measure()
        except LACKING as error:
            if name not in self._lacking:
                self._lacking.add(name)
                log.info("This device has no %s (%s)", name, error)
            return None

    def _counters(self) -> dict[str, int]:
        network = self._try("network counters", network_counters) or {}
        disk = self._try("disk counters", disk_counters) or {}
        return {**network, **disk}


def as_json(metrics: Mapping[str, float]) -> bytes:
    """A report's metrics as they are kept and sent; what is no number is left out.

    >>> as_json({"load_1m": 0.12345678, "cpu_percent": float("nan"), "process_count": 12})
    b'{"load_1m":0.123,"process_count":12}'
    """
    finite = {
        name: round(value, DECIMALS) for name, value in metrics.items() if math.isfinite(value)
    }
    return json.dumps(finite, separators=(",", ":"), allow_nan=False).encode()


def system_disk() -> str:
    return os.environ.get("SYSTEMDRIVE", "C:") + "\\" if sys.platform == "win32" else "/"


def swap_percent() -> float | None:
    """None on a device that has no swap: 0 % of nothing is not a measurement."""
    swap = psutil.swap_memory()
    return swap.percent if swap.total else None


def inode_percent(path: str) -> float | None:
    """Unix alone; None on file systems that do not count inodes."""
    if sys.platform == "win32":
        return None
    disk = os.statvfs(path)
    return 100.0 * (disk.f_files - disk.f_ffree) / disk.f_files if disk.f_files else None


def load_1m() -> float | None:
    """Not on Windows, where psutil only imitates it."""
    return None if sys.platform == "win32" else os.getloadavg()[0]


def uptime_seconds() -> float:
    """From a clock that nobody sets, where there is one."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    else:  # noqa: RET505 - so that a type checker of one platform reads the other
        return max(0.0, time.time() - psutil.boot_time())


def temperature_celsius() -> float | None:
    read = getattr(psutil, "sensors_temperatures", None)
    return device_celsius(read()) if read else None


def battery_percent() -> float | None:
    read = getattr(psutil, "sensors_battery", None)
    battery = read() if read else None
    return battery.percent if battery else None


def network_counters() -> dict[str, int]:
    """Of all interfaces but the loopback; an interface that goes away only slows the sum once."""
    cards = psutil.net_io_counters(pernic=True)
    real = [counts for name, counts in cards.items() if not _is_loopback(name)]
    if not real:
        return {}
    return {
        "network_in_bytes_per_second": sum(one.bytes_recv for one in real),
        "network_out_bytes_per_second": sum(one.bytes_sent for one in real),
    }


def _is_loopback(name: str) -> bool:
    return name in {"lo", "lo0"} or name.startswith("Loopback")


def disk_counters() -> dict[str, int]:
    counts = psutil.disk_io_counters()
    if counts is None:
        return {}
    return {
        "disk_read_bytes_per_second": counts.read_bytes,
        "disk_write_bytes_per_second": counts.write_bytes,
    }


def firmware(dmi: Path = Path("/sys/class/dmi/id/bios_version")) -> str | None:
    """The machine's own firmware, where the system tells."""
    try:
        return dmi.read_text(encoding="utf-8", errors="replace").strip()[:200] or None
    except OSError:
        return None
