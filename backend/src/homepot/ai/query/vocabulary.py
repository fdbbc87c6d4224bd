"""The words of one tenant: what its sites, devices, types and metrics are called. Pure data.

The parser looks names up in it and finds nothing else in it: no reading, no incident, no note.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    name: str
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Device:
    id: str
    name: str
    type: str
    site: str
    place: str | None = None
    firmware: str | None = None
    tags: tuple[str, ...] = ()
    # What it has reported so far; devices with the same set share one object. Empty: nothing yet.
    metrics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DeviceType:
    name: str
    label: str = ""
    metrics: frozenset[str] = frozenset()  # as its type declares them


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    label: str = ""
    unit: str = ""
    kind: str = "gauge"  # gauge, counter, ratio
    direction: str = "none"  # up_is_bad, down_is_bad, both, none
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Vocabulary:
    """Compared by identity: what is built from one (the parser's index) lives as long as it."""

    sites: tuple[Site, ...] = ()
    devices: tuple[Device, ...] = ()
    types: tuple[DeviceType, ...] = ()
    metrics: tuple[Metric, ...] = ()
    event_kinds: tuple[str, ...] = ()  # as devices send them: 'restart', 'firmware_updated'
    categories: tuple[str, ...] = ()  # of incidents
    by_device: Mapping[str, Device] = field(init=False, repr=False)
    by_site: Mapping[str, Site] = field(init=False, repr=False)
    by_metric: Mapping[str, Metric] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_device", {one.id: one for one in self.devices})
        object.__setattr__(self, "by_site", {one.id: one for one in self.sites})
        object.__setattr__(self, "by_metric", {one.name: one for one in self.metrics})
