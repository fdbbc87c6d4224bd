"""The SQL between incidents and memory: what is to be done, and what each incident resembles."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from homepot.ai.incidents.tables import incident_errands, incident_history, incident_likenesses
from homepot.core.database import Connection


@dataclass(frozen=True)
class Errand:
    incident_id: int
    tenant_id: int
    what: str
    asked: int
    tries: int


@dataclass(frozen=True)
class Remembered:
    """An incident, as memory needs it."""

    id: int
    public_id: str
    # the id it has in memory
    memory_id: str
    device_id: str | None
    # of a site's incident: the device that it struck first
    first_device_id: str | None
    state: str
    provenance: str
    category: str
    severity: str
    title: str
    description: str
    started_at: datetime
    ended_at: datetime | None
    changed_at: datetime
    resolution: str | None
    worked: bool | None


# -- errands ----------------------------------------------------------------------------------


async def order(tx: Connection, tenant_id: int, incident: int, what: str, now: datetime) -> None:
    made = upsert(incident_errands).values(
        tenant_id=tenant_id, incident_id=incident, what=what, due_at=now
    )
    again = {"asked": incident_errands.c.asked + 1, "tries": 0, "due_at": now}
    await tx.execute(made.on_conflict_do_update(index_elements=["incident_id", "what"], set_=again))


# Somebody waits for what is recalled; nobody for what is remembered.
_TAKE = text(
    """
    update incident_errands as e set tries = e.tries + 1, due_at = :until
    from (
        select incident_id, what from incident_errands where due_at <= :now
        order by what, due_at limit :most for update skip locked
    ) as next
    where e.incident_id = next.incident_id and e.what = next.what
    returning e.incident_id, e.tenant_id, e.what, e.asked, e.tries
    """
)
_DONE = text(
    "delete from incident_errands where incident_id = :incident_id and what = :what"
    " and asked = :asked"
)
_LATER = text(
    "update incident_errands set due_at = :due_at where incident_id = :incident_id"
    " and what = :what and asked = :asked"
)


async def take(tx: Connection, now: datetime, until: datetime, most: int) -> list[Errand]:
    """The next that are due; they are nobody else's before `until`."""
    found = await tx.execute(_TAKE, {"now": now, "until": until, "most": most})
    return sorted((Errand(*row) for row in found), key=lambda one: (one.what, one.incident_id))


def _key(errand: Errand) -> dict[str, Any]:
    return {"incident_id": errand.incident_id, "what": errand.what, "asked": errand.asked}


async def done(tx: Connection, errand: Errand) -> None:
    """Unless it was asked for again meanwhile."""
    await tx.execute(_DONE, _key(errand))


async def later(tx: Connection, errand: Errand, due_at: datetime) -> None:
    await tx.execute(_LATER, _key(errand) | {"due_at": due_at})


# -- incidents --------------------------------------------------------------------------------

_REMEMBERED = text(
    """
    select i.id, i.public_id, coalesce(i.given_id, i.public_id), d.public_id,
        coalesce(d.public_id, (
            select f.public_id from incident_anomalies as l
                join ai_anomaly_logs as a on a.id = l.anomaly_id
                join devices as f on f.id = l.device_id
            where l.incident_id = i.id order by a.started_at, a.id limit 1)),
        i.state, i.provenance, i.category, i.severity, i.title, i.description, i.started_at,
        i.ended_at, i.changed_at, i.resolution, i.worked
    from incidents as i left join devices as d on d.id = i.device_id
    where i.id = any(:ids)
    """
)
_HOLD = text("select id from incidents where id = any(:ids) order by id for key share")


async def remembered(tx: Connection, ids: Collection[int]) -> dict[int, Remembered]:
    found = await tx.execute(_REMEMBERED, {"ids": list(ids)})
    return {row[0]: Remembered(*row) for row in found}


async def hold(tx: Connection, ids: Collection[int]) -> set[int]:
    """Those that are still there, and stay so until this transaction is over."""
    return set((await tx.execute(_HOLD, {"ids": list(ids)})).scalars())


async def last_resolution(tx: Connection, incident: int) -> tuple[datetime, str | None] | None:
    """When it was last said to be resolved, and by what."""
    table = incident_history
    query = select(table.c.at, table.c.note).where(
        table.c.incident_id == incident, table.c.what.in_(["resolved", "corrected"])
    )
    row = (await tx.execute(query.order_by(table.c.id.desc()).limit(1))).one_or_none()
    return (row.at, row.note) if row else None


# -- likenesses -------------------------------------------------------------------------------


async def put_likeness(
    tx: Connection,
    tenant_id: int,
    incident: int,
    at: datetime,
    found: Sequence[Mapping[str, Any]] | None,
) -> None:
    """None: there was nothing by which it could be compared."""
    values = {"at": at, "found": None if found is None else list(found)}
    made = upsert(incident_likenesses).values(tenant_id=tenant_id, incident_id=incident, **values)
    await tx.execute(made.on_conflict_do_update(index_elements=["incident_id"], set_=values))


async def likenesses(
    tx: Connection, ids: Collection[int]
) -> dict[int, tuple[datetime, list[dict[str, Any]] | None]]:
    """By incident: when it was looked for, and what was found; None where it had nothing."""
    table = incident_likenesses
    found = await tx.execute(select(table).where(table.c.incident_id.in_(ids)))
    return {row.incident_id: (row.at, row.found) for row in found}


_STILL = text(
    """
    select l.incident_id from incident_anomalies as l
        join ai_anomaly_logs as a on a.id = l.anomaly_id
        left join lateral jsonb_array_elements(a.metrics) as m on true
    where l.incident_id = any(:ids) group by 1 having bool_and(m ->> 'kind' = 'frozen')
    """
)


async def still(tx: Connection, ids: Collection[int]) -> set[int]:
    """Those of sensors that stand still, and of nothing else."""
    return set((await tx.execute(_STILL, {"ids": list(ids)})).scalars())


# What lasts first, then the newest; what is part of another is told with that one.
_NEVER_RECALLED = text(
    """
    insert into incident_errands (tenant_id, incident_id, what, due_at)
    select i.tenant_id, i.id, 'recall', :now from incidents as i
    where i.state <> 'merged'
        and not exists (select from incident_likenesses as l where l.incident_id = i.id)
        and not exists (
            select from incident_errands as e where e.incident_id = i.id and e.what = 'recall')
    order by i.state in ('open', 'confirmed') desc, i.opened_at desc, i.id desc limit :most
    on conflict do nothing
    """
)


async def order_missing(tx: Connection, now: datetime, most: int) -> int:
    """Some of those for which nobody ever looked; how many. Of all tenants."""
    return (await tx.execute(_NEVER_RECALLED, {"now": now, "most": most})).rowcount


async def asked(tx: Connection, ids: Collection[int]) -> set[int]:
    """Those of which it is still to be found out what they resemble."""
    table = incident_errands
    query = select(table.c.incident_id).where(
        table.c.incident_id.in_(ids), table.c.what == "recall"
    )
    return set((await tx.execute(query)).scalars())
