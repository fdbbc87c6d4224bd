"""Every SQL statement on what happened at a site, or everywhere; it only reads."""

from datetime import datetime

from sqlalchemy import text

from homepot.ai.reports.fleet_facts import FleetDevice, FleetIncident
from homepot.core.database import Connection

_DEVICES = text(
    """
    with mine as (
        select d.id, d.public_id, d.name, d.type, d.site_id, s.name as site_name, d.provenance
        from devices as d join sites as s on s.id = d.site_id
        where d.archived_at is null and (cast(:site as int) is null or d.site_id = :site)
    ), deviated as (
        select device_id, count(*) filter (where muted is null) as told,
            count(*) filter (where muted is not null) as muted
        from ai_anomaly_logs
        where started_at < :end and (ended_at is null or ended_at > :start)
            and device_id in (select id from mine) group by 1
    ), said as (
        select device_id, count(*) as events from device_events
        where at >= :start and at < :end and kind <> 'notice'
            and device_id in (select id from mine) group by 1
    )
    select m.id, m.public_id, m.name, m.type, m.site_id, m.site_name, t.health, h.score,
        m.provenance, coalesce(a.told, 0), coalesce(a.muted, 0), coalesce(e.events, 0)
    from mine as m join device_state as t on t.device_id = m.id
        left join device_health as h on h.device_id = m.id
        left join deviated as a on a.device_id = m.id
        left join said as e on e.device_id = m.id
    order by m.name, m.id
    """
)
# What a person ended before all was usual has no end of its own: it is over since then.
_INCIDENTS = text(
    """
    select i.id, i.public_id, i.title, i.description, i.category, i.severity, i.state,
        i.started_at,
        case when i.state not in ('open', 'confirmed')
            then coalesce(i.ended_at, i.changed_at) end,
        i.resolution, i.device_id, d.name
    from incidents as i left join devices as d on d.id = i.device_id
    where i.state not in ('merged', 'normal') and i.started_at < :end
        and (i.state in ('open', 'confirmed') or coalesce(i.ended_at, i.changed_at) > :start)
        and (cast(:site as int) is null or i.site_id = :site)
    order by i.state not in ('open', 'confirmed'),
        case i.severity when 'critical' then 0 when 'warning' then 1 else 2 end,
        i.started_at desc, i.id desc
    """
)


async def devices(
    tx: Connection, site_row: int | None, start: datetime, end: datetime
) -> list[FleetDevice]:
    given = {"site": site_row, "start": start, "end": end}
    return [FleetDevice(*row) for row in await tx.execute(_DEVICES, given)]


async def incidents(
    tx: Connection, site_row: int | None, start: datetime, end: datetime
) -> list[FleetIncident]:
    """Those that are not over first, then the worst, then the newest."""
    given = {"site": site_row, "start": start, "end": end}
    return [FleetIncident(*row) for row in await tx.execute(_INCIDENTS, given)]
