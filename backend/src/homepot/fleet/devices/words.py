"""The words a device is told by; the tables hold the same lists."""

from typing import Literal

Provenance = Literal["real", "imported", "simulated"]
Connectivity = Literal["unknown", "online", "offline"]
Health = Literal["healthy", "warning", "critical", "maintenance", "unknown"]
