"""Every SQL statement of analysis: it only reads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.ai.analysis.facts import AnomalyFacts, IncidentFacts
from homepot.core.database import Connection

_ROWS_MAX = 1_000
_ANOMALIES = text(
    """
    select id, kind, severity, metrics, started_at, ended_at, muted from ai_anomaly_logs
    where device_id = :device and started_at < :end and (ended_at is null or ended_at > :start)
    order by started_at desc, id desc limit :most
    """
)
# What a person ended before all was usual has no end of its own: it is over since then.
_INCIDENTS = text(
    """
    select i.id, i.public_id, i.title, i.description, i.category, i.severity, i.state,
        i.started_at,
        case when i.state not in ('open', 'confirmed')
            then coalesce(i.ended_at, i.changed_at) end as over_at,
        i.resolution, i.worked, i.device_id is null
    from incidents as i
    where i.state <> 'merged' and i.started_at < :end
        and (i.state in ('open', 'confirmed') or coalesce(i.ended_at, i.changed_at) > :start)
        and (i.device_id = :device or (i.device_id is null and exists (
            select from incident_anomalies as l
            where l.incident_id = i.id and l.device_id = :device)))
    order by i.started_at desc, i.id desc limit :most
    """
)
_EVENTS = text(
    """
    select severity, count(*) from device_events
    where device_id = :device and at >= :start and at < :end and kind <> 'notice' group by 1
    """
)
_HEALTH = text(
    """
    (select at, score from device_health_history where device_id = :device and at <= :start
        order by at desc, id desc limit 1)
    union all
    (select at, score from device_health_history
        where device_id = :device and at > :start and at < :end order by at, id)
    """
)


def _given(device_row: int, start: datetime, end: datetime) -> dict[str, Any]:
    return {"device": device_row, "start": start, "end": end}


async def anomalies(
    tx: Connection, device_row: int, start: datetime, end: datetime
) -> list[AnomalyFacts]:
    """Those that began or lasted in the window, the newest first."""
    given = _given(device_row, start, end) | {"most": _ROWS_MAX}
    return [AnomalyFacts(*row) for row in await tx.execute(_ANOMALIES, given)]


async def incidents(
    tx: Connection, device_row: int, start: datetime, end: datetime
) -> list[IncidentFacts]:
    """Its own, and those of its site in which it is a member; the newest first."""
    given = _given(device_row, start, end) | {"most": _ROWS_MAX}
    return [IncidentFacts(*row) for row in await tx.execute(_INCIDENTS, given)]


async def events(tx: Connection, device_row: int, start: datetime, end: datetime) -> dict[str, int]:
    """What the device said of itself, by severity."""
    found = await tx.execute(_EVENTS, _given(device_row, start, end))
    return {row[0]: row[1] for row in found}


async def health(
    tx: Connection, device_row: int, start: datetime, end: datetime
) -> Sequence[tuple[datetime, float | None]]:
    """How its score was at the start, and each other since, in order of time."""
    found = await tx.execute(_HEALTH, _given(device_row, start, end))
    return [(at, score) for at, score in found]
