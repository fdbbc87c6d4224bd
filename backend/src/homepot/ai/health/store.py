"""Every SQL statement on the health of devices."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from homepot.ai.health.logic import Known
from homepot.ai.health.tables import device_health, device_health_history
from homepot.core.database import Connection

_EVIDENCE = text(
    """
    with deviating as (
        select device_id, jsonb_agg(jsonb_build_object(
            'kind', kind, 'severity', severity, 'metrics', metrics) order by id) as anomalies
        from ai_anomaly_logs where ended_at is null and muted is null group by 1
    ), struck as (
        select device_id, array_agg(severity order by id) as severities from (
            select device_id, id, severity from incidents
            where state in ('open', 'confirmed') and device_id is not null
                and provenance = 'detected'
            union
            select l.device_id, i.id, i.severity from incidents as i
                join incident_anomalies as l on l.incident_id = i.id
            where i.state in ('open', 'confirmed') and i.device_id is null
        ) as each_one group by 1
    )
    select d.id, d.tenant_id, d.public_id, d.type, d.site_id, place.timezone, s.connectivity,
        s.silent_after,
        coalesce(k.learned_h, 0), coalesce(k.needed_h, 24), coalesce(a.anomalies, '[]'),
        coalesce(i.severities, '{}'), s.health, s.health_reason, h.score, h.status, h.reason
    from devices as d
        join device_state as s on s.device_id = d.id
        join sites as place on place.id = d.site_id
        left join detection_devices as k on k.device_id = d.id
        left join device_health as h on h.device_id = d.id
        left join deviating as a on a.device_id = d.id
        left join struck as i on i.device_id = d.id
    where d.lifecycle in ('pending', 'active') and d.archived_at is null
        and (a.device_id is not null or i.device_id is not null or s.connectivity = 'offline'
            or h.score is distinct from 1 or s.health <> 'healthy' or d.site_id = any(:sites))
    """
)
# All of them in one statement: a fleet that comes back from a night is thousands at once.
_SAVE = text(
    """
    insert into device_health as h (device_id, tenant_id, score, status, reason, factors, since)
    select device_id, tenant_id, score, status, reason, factors, :now
    from jsonb_to_recordset(cast(:rows as jsonb)) as g (device_id int, tenant_id int,
        score float8, status text, reason text, factors jsonb)
    on conflict (device_id) do update
    set score = excluded.score, status = excluded.status, reason = excluded.reason,
        factors = excluded.factors, since = excluded.since
    """
)
_REMEMBER = text(
    """
    insert into device_health_history (tenant_id, device_id, at, score, status, reason)
    select tenant_id, device_id, :now, score, status, reason
    from jsonb_to_recordset(cast(:rows as jsonb)) as g (device_id int, tenant_id int,
        score float8, status text, reason text)
    """
)
_SHOW = text(
    """
    update device_state as s set health = g.shown, health_reason = g.reason
    from jsonb_to_recordset(cast(:rows as jsonb)) as g (device_id int, shown text, reason text)
    where s.device_id = g.device_id
    """
)
_FORGET = text(
    """
    delete from device_health_history where id in (
        select old.id from device_health_history as old
        where old.device_id = any(:device_ids) and old.at < :before and exists (
            select from device_health_history as next
            where next.device_id = old.device_id and next.at <= :before
                and (next.at, next.id) > (old.at, old.id))
        limit :most
    )
    """
)


@dataclass(frozen=True)
class Written:
    score: float | None
    status: str
    reason: str | None
    factors: list[dict[str, Any]]
    since: datetime


@dataclass(frozen=True)
class Past:
    at: datetime
    score: float | None
    status: str
    reason: str | None


async def evidence(tx: Connection, maintained_sites: Collection[int]) -> list[Known]:
    """Of every device whose health is in question; the others are well, and written so."""
    found = await tx.execute(_EVIDENCE, {"sites": list(maintained_sites)})
    return [Known(*row) for row in found]


async def save(tx: Connection, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    if rows:
        await tx.execute(_SAVE, {"rows": json.dumps(rows), "now": now})


async def remember(tx: Connection, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    if rows:
        await tx.execute(_REMEMBER, {"rows": json.dumps(rows), "now": now})


async def show(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await tx.execute(_SHOW, {"rows": json.dumps(rows)})


async def of_device(tx: Connection, device_row: int) -> Written | None:
    columns = [device_health.c[name] for name in Written.__dataclass_fields__]
    found = await tx.execute(select(*columns).where(device_health.c.device_id == device_row))
    row = found.one_or_none()
    return Written(*row) if row else None


async def history(tx: Connection, device_row: int, limit: int) -> list[Past]:
    """The newest first."""
    table = device_health_history
    columns = [table.c[name] for name in Past.__dataclass_fields__]
    found = await tx.execute(
        select(*columns)
        .where(table.c.device_id == device_row)
        .order_by(table.c.at.desc(), table.c.id.desc())
        .limit(limit)
    )
    return [Past(*row) for row in found]


async def forget(tx: Connection, device_ids: Sequence[int], before: datetime, most: int) -> int:
    """What was before; how each device was at that moment stays."""
    given = {"device_ids": list(device_ids), "before": before, "most": most}
    return (await tx.execute(_FORGET, given)).rowcount
