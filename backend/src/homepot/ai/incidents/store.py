"""Every SQL statement on incidents."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from homepot.ai.incidents.logic import Normal
from homepot.ai.incidents.tables import (
    incident_anomalies,
    incident_history,
    incident_normals,
    incidents,
)
from homepot.core.database import Connection

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True)
class SignRow:
    """An anomaly worth telling, and the incident it is a part of."""

    id: int
    tenant_id: int
    device_id: int
    site_id: int
    kind: str
    severity: str
    metrics: list[dict[str, Any]]
    started_at: datetime
    ended_at: datetime | None
    incident_id: int | None
    detected_at: datetime

    @property
    def noticed_at(self) -> datetime:
        """Which signs are one trouble goes by when they were noticed; a silence is that from its
        beginning."""
        return self.detected_at if self.metrics else self.started_at


@dataclass(frozen=True)
class Row:
    """An incident, as it is kept."""

    id: int
    tenant_id: int
    public_id: str
    site_id: int
    device_id: int | None
    state: str
    category: str
    severity: str
    started_at: datetime
    ended_at: datetime | None
    reopened: int


@dataclass(frozen=True)
class Place:
    """A site with its clock, or a device with its type."""

    id: int
    public_id: str
    name: str
    timezone: str = ""
    type: str = ""


_SIGNS = text(
    """
    select a.id, a.tenant_id, a.device_id, a.site_id, a.kind, a.severity, a.metrics,
        a.started_at, a.ended_at, i.incident_id, a.detected_at
    from ai_anomaly_logs as a left join incident_anomalies as i on i.anomaly_id = a.id
    where a.site_id = any(:site_ids) and a.severity <> 'info' and a.muted is null
        and (a.ended_at is null or a.ended_at > :since)
    order by a.started_at, a.id limit 20000
    """
)
_DEVICES_OF = text(
    "select site_id, count(*) from devices"
    " where site_id = any(:site_ids) and lifecycle in ('pending', 'active')"
    " and archived_at is null group by 1"
)
_SITES = text("select id, public_id, name, timezone from sites where id = any(:ids)")
_DEVICES = text("select id, public_id, name, '', type from devices where id = any(:ids)")
_NORMALS = text(
    "select device_id, metric, kind, low, high from incident_normals where device_id = any(:ids)"
)
_COLUMNS = [incidents.c[name] for name in Row.__dataclass_fields__]
# In one order for everybody, so that nobody waits for one who waits for him.
_HOLD_SITES = text(
    "select pg_advisory_xact_lock(hashtext('incidents of a site'), id)"
    " from (select unnest(cast(:ids as int[])) as id order by 1) as each_one"
)


async def hold_sites(tx: Connection, site_ids: Collection[int]) -> None:
    """One after the other makes incidents of a site's signs: two who did not see each other's
    would make two of one trouble, as where readings and signs of life stay away together."""
    await tx.execute(_HOLD_SITES, {"ids": sorted(site_ids)})


async def signs(tx: Connection, site_ids: Collection[int], since: datetime) -> list[SignRow]:
    found = await tx.execute(_SIGNS, {"site_ids": list(site_ids), "since": since})
    return [SignRow(*row) for row in found]


async def devices_of(tx: Connection, site_ids: Collection[int]) -> dict[int, int]:
    found = await tx.execute(_DEVICES_OF, {"site_ids": list(site_ids)})
    return {row[0]: row[1] for row in found}


async def places(
    tx: Connection, site_ids: Collection[int], device_ids: Collection[int]
) -> tuple[dict[int, Place], dict[int, Place]]:
    """Names of sites and devices."""
    sites = await tx.execute(_SITES, {"ids": list(site_ids)})
    devices = await tx.execute(_DEVICES, {"ids": list(device_ids)})
    return {row[0]: Place(*row) for row in sites}, {row[0]: Place(*row) for row in devices}


async def normals(tx: Connection, device_ids: Collection[int]) -> dict[int, list[Normal]]:
    found: dict[int, list[Normal]] = {}
    for device, *normal in await tx.execute(_NORMALS, {"ids": list(device_ids)}):
        found.setdefault(device, []).append(Normal(*normal))
    return found


async def add_normals(
    tx: Connection,
    device_id: int,
    incident_id: int,
    normal: Sequence[Normal],
    values: dict[str, Any],
) -> None:
    rows = [
        {"device_id": device_id, "incident_id": incident_id, **vars(one), **values}
        for one in normal
    ]
    if rows:
        await tx.execute(insert(incident_normals).values(rows))


async def held(tx: Connection, ids: Collection[int]) -> dict[int, Row]:
    """These, in one order for everybody; nobody else changes them in this transaction."""
    found = await tx.execute(
        select(*_COLUMNS).where(incidents.c.id.in_(ids)).order_by(incidents.c.id).with_for_update()
    )
    return {row.id: Row(*row) for row in found}


async def add(tx: Connection, values: Mapping[str, Any]) -> Row:
    made = insert(incidents).values(dict(values)).returning(*_COLUMNS)
    return Row(*(await tx.execute(made)).one())


async def add_given(tx: Connection, values: Mapping[str, Any]) -> Row | None:
    """None where one with the same given id is there."""
    made = (
        upsert(incidents)
        .values(tenant_id=_TENANT, **values)
        .on_conflict_do_nothing(index_elements=["tenant_id", "given_id"])
        .returning(*_COLUMNS)
    )
    row = (await tx.execute(made)).one_or_none()
    return Row(*row) if row else None


async def change(tx: Connection, incident: int, values: Mapping[str, Any]) -> None:
    await tx.execute(update(incidents).where(incidents.c.id == incident).values(dict(values)))


async def move(
    tx: Connection, incident: int, froms: Sequence[str], values: Mapping[str, Any]
) -> bool:
    """The one conditional update of a state; False where somebody was quicker."""
    made = await tx.execute(
        update(incidents)
        .where(incidents.c.id == incident, incidents.c.state.in_(froms))
        .values(dict(values))
    )
    return made.rowcount == 1


async def remove(tx: Connection, incident: int) -> None:
    """With the incidents that are a part of it, and all that hangs on them."""
    table = incidents
    await tx.execute(delete(table).where((table.c.id == incident) | (table.c.into_id == incident)))


async def note(tx: Connection, values: Mapping[str, Any]) -> None:
    await tx.execute(insert(incident_history).values(dict(values)))


async def link(tx: Connection, incident: int, sign_rows: Sequence[SignRow]) -> None:
    rows = [
        {
            "tenant_id": one.tenant_id,
            "anomaly_id": one.id,
            "incident_id": incident,
            "device_id": one.device_id,
        }
        for one in sign_rows
    ]
    statement = upsert(incident_anomalies).values(rows)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["anomaly_id"], set_={"incident_id": incident}
        )
    )


async def linked(tx: Connection, incident: int) -> int:
    """How many signs it has."""
    found = await tx.execute(
        select(func.count()).where(incident_anomalies.c.incident_id == incident)
    )
    number: int = found.scalar_one()
    return number


async def signs_of(tx: Connection, incident: int) -> list[SignRow]:
    found = await tx.execute(
        text(
            "select a.id, a.tenant_id, a.device_id, a.site_id, a.kind, a.severity, a.metrics,"
            " a.started_at, a.ended_at, i.incident_id, a.detected_at from incident_anomalies as i"
            " join ai_anomaly_logs as a on a.id = i.anomaly_id where i.incident_id = :id"
            " order by a.started_at, a.id"
        ),
        {"id": incident},
    )
    return [SignRow(*row) for row in found]


# An incident without any sign that goes on; when the last one ended.
_CALM = text(
    """
    select i.id, max(a.ended_at)
    from incidents as i
        join incident_anomalies as l on l.incident_id = i.id
        join ai_anomaly_logs as a on a.id = l.anomaly_id
    where i.state in ('open', 'confirmed')
    group by i.id having bool_and(a.ended_at is not null)
    """
)


async def calm(tx: Connection) -> dict[int, datetime]:
    return {row[0]: row[1] for row in await tx.execute(_CALM)}


_RESOLVED_AT = text(
    "select max(at) from incident_history where incident_id = :id and what = 'resolved'"
)
# Signs without an end, of incidents that somebody has resolved.
_UNENDED = text(
    """
    select i.id, h.at, a.device_id, a.kind, a.metrics
    from ai_anomaly_logs as a
        join incident_anomalies as l on l.anomaly_id = a.id
        join incidents as i on i.id = l.incident_id
        cross join lateral (
            select max(said.at) as at from incident_history as said
            where said.incident_id = i.id and said.what = 'resolved'
        ) as h
    where a.ended_at is null and a.severity <> 'info' and a.muted is null
        and i.state = 'resolved' and h.at is not null
    order by i.id, a.id limit 20000
    """
)


@dataclass(frozen=True)
class Unended:
    incident_id: int
    resolved_at: datetime
    device_id: int
    kind: str
    metrics: list[dict[str, Any]]


async def resolved_at(tx: Connection, incident: int) -> datetime | None:
    found: datetime | None = (await tx.execute(_RESOLVED_AT, {"id": incident})).scalar_one()
    return found


async def unended(tx: Connection) -> list[Unended]:
    return [Unended(*row) for row in await tx.execute(_UNENDED)]
