"""The SQL of questions about what was written down: incidents, anomalies, events.

Each kind of record is brought to the same columns, as they were known at the moment asked of:
what ended later is open, and how it was resolved is not known yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.ai.query.plan import Record
from homepot.core.database import Connection, numbers

_INCIDENTS = """
    select i.id, coalesce(i.given_id, i.public_id) as shown, i.public_id as linked, t.device_id,
        i.site_id, i.started_at as at, e.ended, i.category, i.severity, i.title, i.description,
        case when e.ended is not null then i.resolution end as resolution,
        case when e.ended is not null then i.worked end as worked, i.state, i.title as kind,
        i.provenance = 'imported' or i.state in ('confirmed', 'resolved') as recorded,
        i.provenance = 'imported' as brought_in, i.provenance = 'detected' as found,
        i.search as words
    from incidents as i
    cross join lateral (
        select case when o.over <= :as_of then o.over end as ended from (
            select coalesce(i.ended_at,
                case when i.state in ('resolved', 'closed') then i.changed_at end) as over
        ) as o
    ) as e
    cross join lateral (
        select i.device_id where i.device_id is not null
        union select l.device_id from incident_anomalies as l where l.incident_id = i.id
        union select d.id from devices as d where i.device_id is null and d.site_id = i.site_id
            and not exists (select from incident_anomalies as l where l.incident_id = i.id)
    ) as t
    where i.state not in ('merged', 'normal') and i.started_at >= :first and i.started_at < :end
"""
_ANOMALIES = """
    select a.id, a.id::text as shown, a.device_id::text as linked, a.device_id, a.site_id,
        a.started_at as at, case when a.ended_at <= :as_of then a.ended_at end as ended,
        null::text as category, a.severity, a.kind as title, '' as description,
        null::text as resolution, null::boolean as worked, '' as state, a.kind as kind,
        true as recorded, true as brought_in, true as found,
        lower(a.kind || ' ' || a.metrics::text) as words
    from ai_anomaly_logs as a
    where a.detected_at <= :as_of and a.started_at >= :first and a.started_at < :end
        and coalesce(a.muted, 'history') = 'history'
"""
_EVENTS = """
    select v.id, v.id::text as shown, v.device_id::text as linked, v.device_id, d.site_id,
        v.at, v.at as ended, v.category, v.severity, v.title, coalesce(v.description, '')
        as description, null::text as resolution, null::boolean as worked, '' as state,
        v.title as kind, true as recorded, true as brought_in, true as found,
        lower(v.title || ' ' || coalesce(v.description, '')) as words
    from device_events as v join devices as d on d.id = v.device_id
    where v.kind <> 'notice' and v.at >= :first and v.at < :end
"""
_OF: Mapping[Record, str] = {
    Record.INCIDENT: _INCIDENTS,
    Record.ANOMALY: _ANOMALIES,
    Record.EVENT: _EVENTS,
}
# A record that touches several devices of a group counts there once.
_TOUCHED = """
    with asked as materialized (
        select * from unnest(cast(:devices as int[]), cast(:groups as int[]), cast(:parts as int[]))
            as a (device_id, number, part)
    ), spans as (
        select * from unnest(cast(:span_parts as int[]), cast(:firsts as timestamptz[]),
            cast(:ends as timestamptz[]), cast(:labels as int[])) as s (part, first, beyond, label)
    ), touched as (
        select distinct on (a.number, s.label, r.id) a.number, s.label, r.*,
            extract(epoch from coalesce(r.ended, :as_of) - r.at)::float8 as lasted_s
        from ({records}) as r join asked as a on a.device_id = r.device_id
            join spans as s on s.part = a.part and r.at >= s.first and r.at < s.beyond
        where (cast(:categories as text[]) = '{{}}' or r.category = any(:categories))
            and (cast(:severities as text[]) = '{{}}' or r.severity = any(:severities))
            and (cast(:kinds as text[]) = '{{}}' or lower(r.kind) = any(:kinds))
            and case :source when 'recorded' then r.recorded when 'found' then r.found
                when 'brought_in' then r.brought_in else true end
            and (:state = 'any' or (:state = 'resolved') = (r.ended is not null))
            and (:state <> 'confirmed' or r.state = 'confirmed')
            and (cast(:worked as boolean) is null or r.worked = :worked)
            and r.words like all (cast(:patterns as text[]))
        order by a.number, s.label, r.id, r.device_id
    )
"""
_COUNTED = """
    select number, label,
        case :by when 'category' then category when 'severity' then severity else '' end as key,
        count(*), min(at), max(at), avg(lasted_s), sum(lasted_s), max(lasted_s)
    from touched group by 1, 2, 3 order by 1, 2, 4 desc, 3
"""
_ROWS = """
    select each_one.*, (select count(distinct id) from touched) as total from (
        select distinct on (at, id) shown, linked, device_id, site_id, at, ended, category,
            severity, title, description, resolution, worked, state, lasted_s
        from touched order by at {order}, id {order} limit :limit
    ) as each_one
"""


@dataclass(frozen=True)
class Filters:
    """What is asked for, of which devices, when; as the statements name it."""

    devices: Sequence[int]
    groups: Sequence[int]
    parts: Sequence[int]
    span_parts: Sequence[int]
    firsts: Sequence[datetime]
    ends: Sequence[datetime]
    labels: Sequence[int]
    as_of: datetime
    categories: Sequence[str]
    severities: Sequence[str]
    kinds: Sequence[str]
    source: str
    state: str
    worked: bool | None
    patterns: Sequence[str]

    @property
    def given(self) -> dict[str, Any]:
        first = min(self.firsts, default=self.as_of)
        end = max(self.ends, default=self.as_of)
        lists = {name: list(v) if isinstance(v, tuple) else v for name, v in vars(self).items()}
        long = {name: numbers(lists[name]) for name in ("devices", "groups", "parts")}
        return {**lists, **long, "first": first, "end": end}


@dataclass(frozen=True)
class Counted:
    group: int
    label: int
    key: str
    count: int
    first: datetime
    newest: datetime
    average_s: float
    sum_s: float
    longest_s: float


@dataclass(frozen=True)
class RecordRow:
    shown: str
    linked: str
    device_row: int | None
    site_row: int
    at: datetime
    ended: datetime | None
    category: str | None
    severity: str | None
    title: str
    description: str
    resolution: str | None
    worked: bool | None
    state: str
    lasted_s: float
    total: int


async def counted(tx: Connection, record: Record, filters: Filters, by: str) -> list[Counted]:
    query = _TOUCHED.format(records=_OF[record]) + _COUNTED
    found = await tx.execute(text(query), filters.given | {"by": by})
    return [Counted(*row) for row in found]


async def rows(
    tx: Connection, record: Record, filters: Filters, limit: int, *, newest_first: bool
) -> list[RecordRow]:
    order = "desc" if newest_first else "asc"
    query = _TOUCHED.format(records=_OF[record]) + _ROWS.format(order=order)
    found = await tx.execute(text(query), filters.given | {"limit": limit})
    return [RecordRow(*row) for row in found]
