"""Who this device is: told to the server when the agent starts. Nobody outside is asked."""

from __future__ import annotations

import platform
import sys
import uuid
from pathlib import Path
from typing import Any

import psutil

from homepot_agent.collect import firmware

OS_RELEASE = Path("/etc/os-release")
MAC_UNKNOWN = "00:00:00:00:00:00"


def device_dna(local_ip: str | None) -> dict[str, Any]:
    """The facts of the wire's device-dna; what is not known is left out."""
    facts = {
        "device_source": "physical",
        "os_details": os_details(),
        "firmware_version": firmware() or f"kernel {platform.release()}",
        "local_ip": local_ip,
        "mac_address": mac_address(local_ip),
    }
    return {name: value for name, value in facts.items() if value}


def os_details() -> str:
    """The system, its kernel and its processor, in one line."""
    system = f"{platform.system()} {platform.release()}"
    if sys.platform == "linux":
        system = f"{_distribution() or 'Linux'}, kernel {platform.release()}"
    elif sys.platform == "darwin":
        system = f"macOS {platform.mac_ver()[0]}"
    return f"{system}, {platform.machine()}"


def _distribution() -> str | None:
    try:
        lines = OS_RELEASE.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition("=")
        if name == "PRETTY_NAME":
            return value.strip("\"' ")
    return None


def mac_address(local_ip: str | None) -> str | None:
    """Of the interface that faces the server; of any, where that is not known."""
    try:
        cards = psutil.net_if_addrs()
    except OSError:
        cards = {}
    for addresses in cards.values():
        if local_ip and any(one.address == local_ip for one in addresses):
            for one in addresses:
                if one.family == psutil.AF_LINK and one.address not in {"", MAC_UNKNOWN}:
                    return one.address.replace("-", ":").lower()
    return _any_mac()


def _any_mac() -> str | None:
    number = uuid.getnode()
    if number >> 40 & 1:
        return None  # invented by the library: no interface told
    return ":".join(f"{number >> shift & 0xFF:02x}" for shift in range(40, -8, -8))
