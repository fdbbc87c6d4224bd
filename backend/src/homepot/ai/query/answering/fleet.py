"""The fleet of a tenant as questions know it: sites and devices, without how they are doing.

A snapshot, made anew when anything in it changed. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
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
    # From this moment on those belong to it that are not archived.
    settled_at: datetime = field(init=False, repr=False)
    lasting: Sequence[Device] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {one.id: one for one in self.devices})
        object.__setattr__(self, "by_row", {one.row: one for one in self.devices})
        object.__setattr__(self, "settled_at", _settled_at(self.devices))
        object.__setattr__(
            self, "lasting", [one for one in self.devices if one.archived_at is None]
        )

    def at(self, as_of: datetime) -> list[Device]:
        """Those that belonged to it at this moment, as far as is known."""
        if as_of >= self.settled_at:
            return list(self.lasting)
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


def _settled_at(devices: Sequence[Device]) -> datetime:
    """When the last of them was archived, or installed wherever on earth."""
    days = {one.installed_on for one in devices if one.installed_on is not None}
    moments = {one.archived_at for one in devices if one.archived_at is not None}
    moments |= {datetime.combine(day, time(), UTC) + timedelta(days=1) for day in days}
    return max(moments, default=datetime.min.replace(tzinfo=UTC))


def chosen(scope: Scope, devices: Sequence[Device]) -> list[Device]:
    """Those that the scope is about, in the order of the fleet."""
    if scope == Scope():
        return list(devices)
    found = _inside(scope, devices)
    if scope.without is not None:
        out = {one.row for one in chosen(scope.without, found)}
        found = [one for one in found if one.row not in out]
    return found


def _inside(scope: Scope, devices: Sequence[Device]) -> list[Device]:
    """What is asked most often first; nothing is looked at that is not asked."""
    found = list(devices)
    if scope.devices:
        ids = frozenset(scope.devices)
        found = [one for one in found if one.id in ids]
    if scope.sites:
        sites = frozenset(scope.sites)
        found = [one for one in found if one.site.id in sites]
    if scope.types:
        types = frozenset(scope.types)
        found = [one for one in found if one.type in types]
    if scope.places:
        places = frozenset(map(folded, scope.places))
        found = [one for one in found if folded(one.place or "") in places]
    if scope.tags:
        tags = frozenset(map(folded, scope.tags))
        found = [one for one in found if not tags.isdisjoint(map(folded, one.tags))]
    if scope.name_has:
        words = [folded(word) for word in scope.name_has]
        found = [one for one in found if all(word in folded(one.name) for word in words)]
    return found
