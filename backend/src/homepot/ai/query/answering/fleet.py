"""The fleet of a tenant as questions know it: sites and devices, without how they are doing.

A snapshot, made anew when anything in it changed. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from homepot.ai.query.plan import Scope
from homepot.ai.query.vocabulary import Vocabulary
from homepot.fleet.sites.timezones import zone_of
from homepot.fleet.tariffs.logic import Book
from homepot.fleet.text import folded


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    row: int
    id: str
    name: str
    timezone: str
    downtime_cost_per_hour: float | None
    visit_cost: float | None
    currency: str | None
    schedule: Sequence[Mapping[str, Any]]
    is_archived: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Device:
    row: int
    id: str
    name: str
    type: str
    site: Site
    place: str | None
    firmware: str | None
    address: str | None
    tags: tuple[str, ...]
    provenance: str
    lifecycle: str
    installed_on: date | None
    warranty_until: date | None
    created_at: datetime
    archived_at: datetime | None

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.site.timezone)


@dataclass(frozen=True, eq=False)
class Fleet:
    sites: Mapping[str, Site]
    devices: Sequence[Device]
    vocabulary: Vocabulary
    tariffs: Book = field(default_factory=lambda: Book({}))
    by_id: Mapping[str, Device] = field(init=False, repr=False)
    by_row: Mapping[int, Device] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {one.id: one for one in self.devices})
        object.__setattr__(self, "by_row", {one.row: one for one in self.devices})

    def at(self, as_of: datetime) -> list[Device]:
        """Those that belonged to it at this moment, as far as is known."""
        today: dict[str, date] = {}
        found = []
        for one in self.devices:
            if one.archived_at is not None and one.archived_at <= as_of:
                continue
            if one.installed_on is not None:
                zone = one.site.timezone
                if zone not in today:
                    today[zone] = as_of.astimezone(one.zone).date()
                if one.installed_on > today[zone]:
                    continue
            found.append(one)
        return found

    def unit_of(self, metric: str) -> str:
        known = self.vocabulary.by_metric.get(metric)
        return known.unit if known else ""

    def label_of(self, metric: str) -> str:
        known = self.vocabulary.by_metric.get(metric)
        return (known.label if known else "") or metric.replace("_", " ")

    def type_label(self, name: str) -> str:
        for one in self.vocabulary.types:
            if one.name == name:
                return one.label or name
        return name


def chosen(scope: Scope, devices: Sequence[Device]) -> list[Device]:
    """Those that the scope is about, in the order of the fleet."""
    if scope == Scope():
        return list(devices)
    wanted = _Wanted(scope)
    found = [one for one in devices if wanted.has(one)]
    if scope.without is not None:
        out = {one.row for one in chosen(scope.without, found)}
        found = [one for one in found if one.row not in out]
    return found


class _Wanted:
    """A scope, ready to be asked of many devices."""

    def __init__(self, scope: Scope) -> None:
        self._devices = frozenset(scope.devices)
        self._sites = frozenset(scope.sites)
        self._types = frozenset(scope.types)
        self._places = frozenset(folded(place) for place in scope.places)
        self._tags = frozenset(folded(tag) for tag in scope.tags)
        self._names = [folded(word) for word in scope.name_has]

    def has(self, one: Device) -> bool:
        return (
            (not self._devices or one.id in self._devices)
            and (not self._sites or one.site.id in self._sites)
            and (not self._types or one.type in self._types)
            and (not self._places or folded(one.place or "") in self._places)
            and (not self._tags or not self._tags.isdisjoint(map(folded, one.tags)))
            and (not self._names or all(word in folded(one.name) for word in self._names))
        )
