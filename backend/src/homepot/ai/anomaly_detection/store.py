"""Every SQL statement on the log of anomalies, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, tuple_

from homepot.ai.anomaly_detection.tables import ai_anomaly_logs, detection_devices
from homepot.core.database import Connection
from homepot.fleet.devices.tables import devices
from homepot.fleet.sites.tables import sites


@dataclass(frozen=True)
class Logged:
    id: int
    device_id: str
    device_name: str
    site_id: str
    kind: str
    severity: str
    status: str
    health_score: float
    metrics: list[dict[str, Any]]
    p_value: float
    started_at: datetime
    detected_at: datetime
    ended_at: datetime | None
    muted: str | None
    engine_version: str
    created_at: datetime


@dataclass(frozen=True)
class Fresh:
    """An anomaly that was written just now."""

    tenant_id: int
    device_row: int
    device_id: str
    type: str
    kind: str
    severity: str
    status: str
    health_score: float
    metrics: list[str]
    muted: str | None


@dataclass(frozen=True)
class AnomalyQuery:
    device_id: str | None = None
    site_id: str | None = None
    severities: Sequence[str] = ()
    kinds: Sequence[str] = ()
    is_open: bool | None = None
    with_muted: bool = False
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 50
    before: tuple[datetime, int] | None = None


_OTHERS = {
    "device_id": devices.c.public_id,
    "device_name": devices.c.name,
    "site_id": sites.c.public_id,
}
_COLUMNS = [
    (_OTHERS[name] if name in _OTHERS else ai_anomaly_logs.c[name]).label(name)
    for name in Logged.__dataclass_fields__
]


async def anomalies(tx: Connection, asked: AnomalyQuery) -> list[Logged]:
    """The newest first."""
    table = ai_anomaly_logs
    query = (
        select(*_COLUMNS)
        .join(devices, devices.c.id == table.c.device_id)
        .join(sites, sites.c.id == table.c.site_id)
        .order_by(table.c.detected_at.desc(), table.c.id.desc())
        .limit(asked.limit)
    )
    if asked.device_id is not None:
        query = query.where(devices.c.public_id == asked.device_id)
    if asked.site_id is not None:
        query = query.where(sites.c.public_id == asked.site_id)
    if asked.severities:
        query = query.where(table.c.severity.in_(asked.severities))
    if asked.kinds:
        query = query.where(table.c.kind.in_(asked.kinds))
    if asked.is_open is not None:
        query = query.where(table.c.ended_at.is_(None) == asked.is_open)
    if not asked.with_muted:
        query = query.where(table.c.muted.is_(None))
    if asked.start is not None:
        query = query.where(table.c.detected_at >= asked.start)
    if asked.end is not None:
        query = query.where(table.c.detected_at < asked.end)
    if asked.before is not None:
        query = query.where(tuple_(table.c.detected_at, table.c.id) < tuple_(*asked.before))
    return [Logged(*row) for row in await tx.execute(query)]


async def of_incidents(tx: Connection, numbers: Sequence[int]) -> list[Logged]:
    """These, by when they began."""
    table = ai_anomaly_logs
    query = (
        select(*_COLUMNS)
        .join(devices, devices.c.id == table.c.device_id)
        .join(sites, sites.c.id == table.c.site_id)
        .where(table.c.id.in_(numbers))
        .order_by(table.c.started_at, table.c.id)
    )
    return [Logged(*row) for row in await tx.execute(query)]


_FRESH = text(
    """
    select a.tenant_id, a.device_id, d.public_id, d.type, a.kind, a.severity, a.status,
        a.health_score, array(select m ->> 'name' from jsonb_array_elements(a.metrics) as m),
        a.muted
    from ai_anomaly_logs as a join devices as d on d.id = a.device_id
    where a.id = any(:ids) and a.created_at = :now order by a.id
    """
)


async def fresh(tx: Connection, ids: Sequence[int], now: datetime) -> list[Fresh]:
    """Those that were written at this moment, and not only changed."""
    return [Fresh(*row) for row in await tx.execute(_FRESH, {"ids": list(ids), "now": now})]


async def learned(tx: Connection, device_row: int) -> tuple[float, float] | None:
    table = detection_devices
    found = await tx.execute(
        select(table.c.learned_h, table.c.needed_h).where(table.c.device_id == device_row)
    )
    row = found.one_or_none()
    return (row.learned_h, row.needed_h) if row else None


async def names(tx: Connection) -> dict[int, str]:
    """The public ids of all devices."""
    found = await tx.execute(select(devices.c.id, devices.c.public_id))
    return {row[0]: row[1] for row in found}


_FORGET = text(
    "delete from ai_anomaly_logs where id in (select id from ai_anomaly_logs"
    " where device_id = any(:device_ids) and started_at < :before and ended_at < :before"
    " limit :most)"
)


async def forget(tx: Connection, device_ids: Sequence[int], before: datetime, most: int) -> int:
    """What was over before."""
    given = {"device_ids": list(device_ids), "before": before, "most": most}
    return (await tx.execute(_FORGET, given)).rowcount
