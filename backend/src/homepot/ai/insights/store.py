"""Every SQL statement of insights; each is over a whole site."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, delete, func, insert, select, text

from homepot.ai.insights.facts import Action, SiteDevice, SiteIncident
from homepot.ai.insights.tables import ai_insight_actions as actions_table
from homepot.core.database import Connection

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)
_DEVICES = text(
    """
    select d.id, d.public_id, d.name, d.type, d.firmware, d.location, d.warranty_until,
        d.created_at, s.connectivity, s.health, h.score, s.health_reason
    from devices as d
        join device_state as s on s.device_id = d.id
        left join device_health as h on h.device_id = d.id
    where d.site_id = :site and d.archived_at is null order by d.name_key, d.id
    """
)
_INCIDENTS = text(
    """
    select i.id, i.public_id, i.category, i.severity, i.state, i.title, i.started_at, i.reopened,
        coalesce(case when i.device_id is not null then array[i.device_id] else m.devices end, '{}')
    from incidents as i
        left join lateral (
            select array_agg(distinct l.device_id order by l.device_id) as devices
            from incident_anomalies as l where l.incident_id = i.id and i.device_id is null
        ) as m on true
    where i.site_id = :site and i.state not in ('merged', 'normal') and i.started_at < :end
        and (i.started_at >= :start or i.state in ('open', 'confirmed'))
    order by i.started_at, i.id
    """
)
_ANOMALIES = text(
    """
    select a.device_id, count(*) filter (where a.started_at < :halfway),
        count(*) filter (where a.started_at >= :halfway)
    from ai_anomaly_logs as a join devices as d on d.id = a.device_id
    where d.site_id = :site and a.started_at >= :start and a.started_at < :end and a.muted is null
    group by 1
    """
)
_REPORTED = text(
    """
    select r.device_id, s.metrics, r.values
    from latest_readings as r join metric_sets as s on s.id = r.metric_set_id
    where r.device_id = any(:devices)
    """
)
# When incidents of these devices began; and since when anything is known of them.
_BEGAN = text(
    """
    select i.device_id, i.category, i.started_at from incidents as i
    where i.device_id = any(:devices) and i.state not in ('merged', 'normal')
        and i.started_at >= :start and i.started_at < :end
    union all
    select l.device_id, i.category, i.started_at
    from incidents as i
        join (select distinct incident_id, device_id from incident_anomalies
            where device_id = any(:devices)) as l on l.incident_id = i.id
    where i.device_id is null and i.state not in ('merged', 'normal')
        and i.started_at >= :start and i.started_at < :end
    """
)
_KNOWN_SINCE = text(
    """
    select device_id, min(at) from (
        select id as device_id, created_at as at from devices where id = any(:devices)
        union all
        select device_id, min(started_at) from incidents where device_id = any(:devices) group by 1
        union all
        select device_id, min(at) from connectivity_changes where device_id = any(:devices)
        group by 1
    ) as first group by 1
    """
)
_COLUMNS = [actions_table.c.id, actions_table.c.public_id] + [
    actions_table.c[name] for name in list(Action.__dataclass_fields__)[2:]
]


async def devices(tx: Connection, site_row: int) -> list[SiteDevice]:
    return [SiteDevice(*row) for row in await tx.execute(_DEVICES, {"site": site_row})]


async def incidents(
    tx: Connection, site_row: int, start: datetime, end: datetime
) -> list[SiteIncident]:
    """Those that began in the window, and those that are not over."""
    given = {"site": site_row, "start": start, "end": end}
    return [SiteIncident(*row) for row in await tx.execute(_INCIDENTS, given)]


async def anomalies(
    tx: Connection, site_row: int, start: datetime, halfway: datetime, end: datetime
) -> dict[int, tuple[int, int]]:
    """By device, how many began in the first half of the window and in the second."""
    given = {"site": site_row, "start": start, "halfway": halfway, "end": end}
    return {row[0]: (row[1], row[2]) for row in await tx.execute(_ANOMALIES, given)}


async def reported(tx: Connection, device_rows: Sequence[int]) -> dict[int, set[str]]:
    """By device, the metrics it has reported."""
    found: dict[int, set[str]] = {}
    for device, names, values in await tx.execute(_REPORTED, {"devices": list(device_rows)}):
        said = found.setdefault(device, set())
        said.update(n for n, value in zip(names, values, strict=True) if value == value)
    return found


async def began(
    tx: Connection, device_rows: Sequence[int], start: datetime, end: datetime
) -> list[tuple[int, str, datetime]]:
    """Device, category and begin of each incident that struck one of these."""
    given = {"devices": list(device_rows), "start": start, "end": end}
    return [(row[0], row[1], row[2]) for row in await tx.execute(_BEGAN, given)]


async def known_since(tx: Connection, device_rows: Sequence[int]) -> dict[int, datetime]:
    found = await tx.execute(_KNOWN_SINCE, {"devices": list(device_rows)})
    return {row[0]: row[1] for row in found}


# -- actions --------------------------------------------------------------------------------------


async def add_action(tx: Connection, values: dict[str, Any]) -> Action:
    made = insert(actions_table).values(tenant_id=_TENANT, **values).returning(*_COLUMNS)
    return Action(*(await tx.execute(made)).one())


async def actions(tx: Connection, site_row: int, limit: int) -> list[Action]:
    """The newest first."""
    table = actions_table
    query = select(*_COLUMNS).where(table.c.site_id == site_row)
    query = query.order_by(table.c.taken_at.desc(), table.c.id.desc()).limit(limit)
    return [Action(*row) for row in await tx.execute(query)]


async def remove_action(tx: Connection, site_row: int, action_id: str) -> bool:
    table = actions_table
    gone = delete(table).where(table.c.site_id == site_row, table.c.public_id == action_id)
    return (await tx.execute(gone)).rowcount > 0
