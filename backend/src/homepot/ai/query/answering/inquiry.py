"""One question on its way to an answer: what it may read, and what it gathers as it goes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from homepot.ai.query.answering.fleet import Device, Fleet, chosen
from homepot.ai.query.answering.result import Evidence
from homepot.ai.query.answering.windows import Cells, cells, one_cell
from homepot.ai.query.plan import By, OfForecast, Scope
from homepot.ai.query.when import Window
from homepot.core.database import Connection
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.rollups.logic import kept_since


@dataclass(frozen=True)
class AlertSent:
    """A message that went out, as the capability of alerts tells it."""

    id: str
    at: datetime
    device_id: str | None
    site_id: str
    category: str
    severity: str
    title: str


@dataclass(frozen=True)
class Foreseen:
    """What is expected of a device: a moment, a probability, a value."""

    device_id: str
    value: float | datetime
    unit: str = ""
    words: str = ""


AlertsDoor = Callable[[Connection, datetime, datetime], Awaitable[Sequence[AlertSent]]]
# of devices by their rows, as it is known at this moment
ForecastDoor = Callable[[Connection, OfForecast, Mapping[int, str]], Awaitable[Sequence[Foreseen]]]


@dataclass
class Doors:
    """What capabilities that stand above this one bring along when the house is put together."""

    alerts: AlertsDoor | None = None
    forecasts: ForecastDoor | None = None


@dataclass
class Inquiry:
    tx: Connection
    fleet: Fleet
    as_of: datetime
    now: datetime
    archive: Archive
    doors: Doors = field(default_factory=Doors)
    # for so long there are sums over five minutes; 0: nobody knows
    fine_kept_days: int = 0
    assumptions: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.devices = self.fleet.at(self.as_of)

    @property
    def fine_since(self) -> datetime | None:
        return kept_since(self.now, self.fine_kept_days) if self.fine_kept_days else None

    @property
    def is_live(self) -> bool:
        """Whether it is asked of this very moment."""
        return abs((self.now - self.as_of).total_seconds()) < 60

    def chosen(self, scope: Scope) -> list[Device]:
        return chosen(scope, self.devices)

    def assume(self, sentence: str) -> None:
        if sentence not in self.assumptions:
            self.assumptions.append(sentence)

    def rests_on(self, evidence: Evidence) -> None:
        if evidence not in self.evidence:
            self.evidence.append(evidence)

    def cells(self, window: Window, groups: "Groups", by: By | None = None) -> Cells:
        zones = {one.site.timezone for members in groups.members for one in members} or {"UTC"}
        if by is None:
            return one_cell(window, zones, self.as_of)
        return cells(window, by, zones, self.as_of)


@dataclass(frozen=True)
class Groups:
    """Devices that are measured together: one by one, or those of a site, of a type ..."""

    keys: Sequence[str]
    labels: Sequence[str]
    members: Sequence[Sequence[Device]]

    @classmethod
    def together(cls, devices: Sequence[Device]) -> "Groups":
        return cls([""], [""], [devices])

    @classmethod
    def each(cls, devices: Sequence[Device]) -> "Groups":
        return cls(
            [one.id for one in devices],
            [one.name for one in devices],
            [[one] for one in devices],
        )

    @classmethod
    def of(cls, by: By, devices: Sequence[Device], fleet: Fleet) -> "Groups":
        if by is By.DEVICE:
            return cls.each(devices)
        found: dict[str, list[Device]] = {}
        for one in devices:
            found.setdefault(_key(by, one), []).append(one)
        keys = sorted(found)
        return cls(keys, [_label(by, key, fleet) for key in keys], [found[key] for key in keys])


@dataclass(slots=True)  # frozen, each would take three times as long to make
class Found:
    """What a measure came to for one group: the value, and on how much of what it rests.

    `value` is None where there is nothing to say; `why` may then say why not. `unit` is its own
    where those of one answer differ. There may be one for each of ten thousand devices.
    """

    value: Any
    count: int = 0
    devices: int = 1
    at: datetime | None = None
    why: str = ""
    unit: str | None = None


Cell = tuple[int, int]
"""The number of a group and of a label."""

Measured = dict[Cell, Found]


def _key(by: By, one: Device) -> str:
    match by:
        case By.SITE:
            return one.site.id
        case By.TYPE:
            return one.type
        case By.FIRMWARE:
            return one.firmware or ""
        case _:
            return one.place or ""


def _label(by: By, key: str, fleet: Fleet) -> str:
    if by is By.SITE:
        return fleet.sites[key].name
    if by is By.TYPE:
        return fleet.type_label(key)
    return key or "not known"
