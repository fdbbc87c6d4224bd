"""What is read of incidents: their history, by transaction id. All tenants, as the system."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from homepot.core.database import Connection


@dataclass(frozen=True)
class Happened:
    id: int
    tenant_id: int
    incident_id: str
    what: str
    severity: str
    at: datetime
    note: str | None
    category: str
    title: str
    description: str
    started_at: datetime
    site_id: str
    site_name: str
    device_id: str | None
    device_name: str | None
    provenance: str | None
    types: list[str]
    tags: list[str]
    member_ids: list[str]
    metrics: list[str]


# A dump that was read into another server brings a mark from beyond that server's transactions.
_LOW = text(
    "select least(low::text::numeric, pg_snapshot_xmin(pg_current_snapshot())::text::numeric)"
    "::text, pg_snapshot_xmin(pg_current_snapshot())::text from alert_position"
)
_SET_LOW = text(
    "update alert_position set low = cast(:low as xid8) where low <> cast(:low as xid8)"
)
# Ids of transactions are given out before they commit: what was still open last time may show
# itself only now, so everything from there on is looked at, and what was decided is left out.
_HAPPENED = text(
    """
    select h.id, h.tenant_id, i.public_id, h.what, h.severity, h.at, h.note, i.category, i.title,
        i.description, i.started_at, s.public_id, s.name, d.public_id, d.name,
        coalesce(d.provenance, m.provenance), coalesce(m.types, '{}'), coalesce(m.tags, '{}'),
        coalesce(m.ids, '{}'), array(
            select distinct one ->> 'name' from incident_anomalies as l
                join ai_anomaly_logs as a on a.id = l.anomaly_id,
                jsonb_array_elements(a.metrics) as one
            where l.incident_id = i.id)
    from incident_history as h
        join incidents as i on i.id = h.incident_id
        join sites as s on s.id = i.site_id
        left join devices as d on d.id = i.device_id
        left join lateral (
            select array_agg(distinct one.type::text) as types,
                array_agg(distinct one.public_id::text) as ids,
                array_agg(distinct tag) filter (where tag is not null) as tags,
                case when min(one.provenance) = max(one.provenance)
                    then min(one.provenance) end as provenance
            from devices as one left join lateral unnest(one.tags) as tag on true
            where one.id = i.device_id or one.id in (
                select a.device_id from incident_anomalies as a where a.incident_id = i.id)
        ) as m on true
    where h.xid >= cast(:low as xid8) and i.provenance = 'detected' and h.what <> 'imported'
        and not exists (
            select from alert_decisions as known
            where known.tenant_id = h.tenant_id and known.source = 'incident:' || h.id)
    order by h.id limit :most
    """
)


async def position(tx: Connection) -> tuple[str, str]:
    """From where to read, and from where to read next time if all of it is taken now."""
    low, newest = (await tx.execute(_LOW)).one()
    return low, newest


async def happened(tx: Connection, low: str, most: int) -> list[Happened]:
    return [Happened(*row) for row in await tx.execute(_HAPPENED, {"low": low, "most": most})]


async def advance(tx: Connection, low: str) -> None:
    await tx.execute(_SET_LOW, {"low": low})
