"""The SQL of reading incidents, for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.sql import Select

from homepot.ai.incidents.logic import LIVING
from homepot.ai.incidents.tables import incident_history, incidents
from homepot.core.database import Connection
from homepot.fleet.devices.tables import devices
from homepot.fleet.sites.tables import sites
from homepot.fleet.text import holding


@dataclass(frozen=True)
class Incident:
    """An incident as people see it."""

    id: int
    tenant_id: int
    public_id: str
    site_id: str
    site_name: str
    device_id: str | None
    device_name: str | None
    device_row: int | None
    state: str
    category: str
    severity: str
    title: str
    description: str
    started_at: datetime
    opened_at: datetime
    ended_at: datetime | None
    changed_at: datetime
    reopened: int
    resolution: str | None
    worked: bool | None
    provenance: str
    given_id: str | None
    into_id: str | None
    timezone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def back_since(self) -> datetime | None:
        """Since when all of it is as usual again, while that has not lasted long enough yet."""
        return self.ended_at if self.state in LIVING else None


@dataclass(frozen=True)
class Past:
    id: int
    at: datetime
    what: str
    state: str
    severity: str
    actor_kind: str
    actor_name: str
    note: str | None
    worked: bool | None


@dataclass(frozen=True)
class Member:
    device_id: str
    name: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class IncidentQuery:
    states: Sequence[str] = ()
    severities: Sequence[str] = ()
    categories: Sequence[str] = ()
    site_id: str | None = None
    device_id: str | None = None
    terms: Sequence[str] = ()
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 50
    before: tuple[datetime, int] | None = None


_into = incidents.alias("into_incident")
_OTHERS = {
    "site_id": sites.c.public_id,
    "site_name": sites.c.name,
    "device_id": devices.c.public_id,
    "device_name": devices.c.name,
    "device_row": incidents.c.device_id,
    "into_id": _into.c.public_id,
    "timezone": sites.c.timezone,
}
_COLUMNS = [
    (_OTHERS[name] if name in _OTHERS else incidents.c[name]).label(name)
    for name in Incident.__dataclass_fields__
]


def _whole() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .select_from(incidents)
        .join(sites, sites.c.id == incidents.c.site_id)
        .outerjoin(devices, devices.c.id == incidents.c.device_id)
        .outerjoin(_into, _into.c.id == incidents.c.into_id)
    )


async def page(tx: Connection, asked: IncidentQuery) -> list[Incident]:
    """The newest first."""
    table = incidents
    query = _whole().order_by(table.c.opened_at.desc(), table.c.id.desc()).limit(asked.limit)
    if asked.states:
        query = query.where(table.c.state.in_(asked.states))
    if asked.severities:
        query = query.where(table.c.severity.in_(asked.severities))
    if asked.categories:
        query = query.where(table.c.category.in_(asked.categories))
    if asked.site_id is not None:
        query = query.where(sites.c.public_id == asked.site_id)
    if asked.device_id is not None:
        of_device = text(
            "(incidents.device_id = (select id from devices where public_id = :of_device) or"
            " exists (select from incident_anomalies as l join devices as d on d.id = l.device_id"
            " where l.incident_id = incidents.id and d.public_id = :of_device))"
        )
        query = query.where(of_device.bindparams(of_device=asked.device_id))
    for term in asked.terms:
        query = query.where(table.c.search.like(holding(term)))
    if asked.start is not None:
        query = query.where(table.c.opened_at >= asked.start)
    if asked.end is not None:
        query = query.where(table.c.opened_at < asked.end)
    if asked.before is not None:
        query = query.where(tuple_(table.c.opened_at, table.c.id) < tuple_(*asked.before))
    return [Incident(*row) for row in await tx.execute(query)]


async def find(tx: Connection, public_id: str) -> Incident | None:
    """By its id or, of one that was imported, by that which it had before."""
    table = incidents
    is_it = table.c.public_id == public_id
    query = _whole().where(is_it | (table.c.given_id == public_id)).order_by(is_it.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return Incident(*row) if row else None


async def history(tx: Connection, incident: int) -> list[Past]:
    table = incident_history
    columns = [table.c[name] for name in Past.__dataclass_fields__]
    found = await tx.execute(
        select(*columns).where(table.c.incident_id == incident).order_by(table.c.id)
    )
    return [Past(*row) for row in found]


_MEMBERS = text(
    """
    select d.public_id, d.name, min(a.started_at),
        case when bool_and(a.ended_at is not null) then max(a.ended_at) end
    from incident_anomalies as l
        join ai_anomaly_logs as a on a.id = l.anomaly_id
        join devices as d on d.id = l.device_id
    where l.incident_id = :id group by d.id, d.public_id, d.name order by 3, 1 limit 1000
    """
)
_ANOMALIES = text(
    "select anomaly_id from incident_anomalies where incident_id = :id"
    " order by anomaly_id desc limit 500"
)


@dataclass(frozen=True)
class Deviated:
    """An anomaly of an incident, with its device."""

    device_row: int
    device_id: str
    device_name: str
    device_type: str
    started_at: datetime
    ended_at: datetime | None
    metrics: list[dict[str, Any]]


_DEVIATED = text(
    """
    select d.id, d.public_id, d.name, d.type, a.started_at, a.ended_at, a.metrics
    from incident_anomalies as l
        join ai_anomaly_logs as a on a.id = l.anomaly_id
        join devices as d on d.id = l.device_id
    where l.incident_id = :id order by a.started_at, a.id limit 500
    """
)


async def deviated(tx: Connection, incident: int) -> list[Deviated]:
    """What it rests on, in the order in which it began."""
    return [Deviated(*row) for row in await tx.execute(_DEVIATED, {"id": incident})]


async def members(tx: Connection, incident: int) -> list[Member]:
    """Its devices, by when it struck them."""
    return [Member(*row) for row in await tx.execute(_MEMBERS, {"id": incident})]


async def anomalies(tx: Connection, incident: int) -> list[int]:
    """The newest of them."""
    return [number for (number,) in await tx.execute(_ANOMALIES, {"id": incident})]


@dataclass(frozen=True)
class Standing:
    """How many incidents of a site go on, of one severity and state."""

    site_id: str
    site_name: str
    severity: str
    state: str
    incidents: int


# What is as usual again and only waits to be closed wants nobody.
_URGENT = incidents.c.state.in_(LIVING) & incidents.c.ended_at.is_(None)


async def standing(tx: Connection) -> list[Standing]:
    keys = [sites.c.public_id, sites.c.name, incidents.c.severity, incidents.c.state]
    counted = [*keys, func.count()]
    statement = (
        select(*counted)
        .select_from(incidents.join(sites, sites.c.id == incidents.c.site_id))
        .where(_URGENT)
        .group_by(sites.c.id, *keys)
    )
    return [Standing(*row) for row in await tx.execute(statement)]


async def urgent(tx: Connection, limit: int) -> list[Incident]:
    """Those that go on: critical before warning, unseen before confirmed, the newest first."""
    table = incidents
    order = func.array_position(text("ARRAY['critical', 'warning', 'info']"), table.c.severity)
    query = _whole().where(_URGENT)
    query = query.order_by(order, table.c.state.desc(), table.c.opened_at.desc(), table.c.id.desc())
    return [Incident(*row) for row in await tx.execute(query.limit(limit))]


async def counts(tx: Connection) -> dict[str, int]:
    """How many there are in each state."""
    found = await tx.execute(select(incidents.c.state, func.count()).group_by(incidents.c.state))
    return {row[0]: row[1] for row in found}
