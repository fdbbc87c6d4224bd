"""Every SQL statement on reports that are made by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection


@dataclass(frozen=True)
class Schedule:
    row: int
    tenant_id: int
    schedule_id: str
    report_type: str
    scope: str
    site_id: str | None
    device_id: str | None
    timezone: str
    enabled: bool
    mode: str
    channel_ids: list[str]
    since: datetime


@dataclass(frozen=True)
class Place:
    """Of what a report is due: a device, a site, or both null: everything."""

    key: str
    timezone: str
    site_id: str | None
    device_id: str | None


@dataclass(frozen=True)
class Struck:
    """A critical incident, and of what it is."""

    row: int
    started_at: datetime
    site_id: str
    device_id: str | None


@dataclass(frozen=True)
class ToTell:
    """A report that was made by itself and that nobody has been sent; to whom, if to anybody."""

    row: int
    tenant_id: int
    report_id: str
    report_type: str
    title: str
    channel_ids: list[str]


_SCHEDULES = """
    select c.id, c.tenant_id, c.public_id, c.report_type, c.scope, s.public_id, d.public_id,
        coalesce(s.timezone, o.timezone, c.timezone), c.enabled, c.mode, c.channel_ids, c.since
    from ai_report_schedules as c left join sites as s on s.id = c.site_id
        left join devices as d on d.id = c.device_id left join sites as o on o.id = d.site_id
    where c.removed_at is null
"""
_ALL = text(f"{_SCHEDULES} order by c.tenant_id, c.id")
_FIND = text(f"{_SCHEDULES} and c.public_id = :schedule_id")
_ADD = text(
    """
    insert into ai_report_schedules (tenant_id, public_id, report_type, scope, site_id, device_id,
        timezone, enabled, mode, channel_ids, since)
    values (current_setting('homepot.tenant_id')::int, :schedule_id, :report_type, :scope,
        :site_row, :device_row, :timezone, :enabled, :mode, :channel_ids, :now)
    """
)
# What is about something else now, or was off, makes up for nothing of before.
_SET = text(
    """
    update ai_report_schedules as c set report_type = :report_type, scope = :scope,
        site_id = :site_row, device_id = :device_row, timezone = :timezone, enabled = :enabled,
        mode = :mode, channel_ids = :channel_ids,
        since = case when c.enabled and (c.report_type, c.scope, c.timezone) =
                (:report_type, :scope, :timezone) and c.site_id is not distinct from :site_row
                and c.device_id is not distinct from :device_row
            then c.since else :now end
    where c.public_id = :schedule_id and c.removed_at is null
    """
)
_REMOVE = text(
    "update ai_report_schedules set removed_at = :now, enabled = false"
    " where public_id = :schedule_id and removed_at is null"
)
_CHANNELS = text(
    "select public_id from alert_channels where removed_at is null and public_id = any(:ids)"
)
_SITES = text(
    """
    select s.id, s.timezone, s.public_id from sites as s where s.archived_at is null
        and (cast(:site_id as text) is null or s.public_id = :site_id) order by s.id
    """
)
_DEVICE = text(
    """
    select d.id, s.timezone, d.public_id from devices as d join sites as s on s.id = d.site_id
    where d.archived_at is null and d.public_id = :device_id
    """
)
_MADE = text("select occasion from ai_reports where occasion = any(:occasions)")
_STRUCK = text(
    """
    select i.id, i.started_at, s.public_id, d.public_id from incidents as i
        join sites as s on s.id = i.site_id left join devices as d on d.id = i.device_id
    where i.severity = 'critical' and i.state not in ('merged', 'normal') and i.opened_at >= :since
        and (cast(:site_id as text) is null or s.public_id = :site_id)
        and (cast(:device_id as text) is null or d.public_id = :device_id)
        and not exists (select from ai_reports as r
            where r.occasion = 'incident:' || i.id || ':' || cast(:schedule as int))
    order by i.id limit 50
    """
)
_TO_TELL = text(
    """
    select r.id, r.tenant_id, r.public_id, r.report_type, r.title,
        case when c.enabled then c.channel_ids else '{}' end
    from ai_reports as r join ai_report_schedules as c on c.id = r.schedule_id
    where r.told_at is null order by r.id limit :most
    """
)
_TOLD = text("update ai_reports set told_at = :now where id = any(:rows) and told_at is null")


async def schedules(tx: Connection) -> list[Schedule]:
    return [Schedule(*row) for row in await tx.execute(_ALL)]


async def find(tx: Connection, schedule_id: str) -> Schedule | None:
    row = (await tx.execute(_FIND, {"schedule_id": schedule_id})).one_or_none()
    return Schedule(*row) if row else None


async def add(tx: Connection, values: Mapping[str, Any]) -> None:
    await tx.execute(_ADD, dict(values))


async def change(tx: Connection, values: Mapping[str, Any]) -> bool:
    """False where there is none."""
    return (await tx.execute(_SET, dict(values))).rowcount == 1


async def remove(tx: Connection, schedule_id: str, now: datetime) -> bool:
    return (await tx.execute(_REMOVE, {"schedule_id": schedule_id, "now": now})).rowcount == 1


async def channels_known(tx: Connection, ids: Sequence[str]) -> set[str]:
    return {row[0] for row in await tx.execute(_CHANNELS, {"ids": list(ids)})}


async def places(tx: Connection, one: Schedule) -> list[Place]:
    """Of what it wants a report now; what was archived meanwhile is none of it."""
    if one.scope == "everything":
        return [Place("all", one.timezone, None, None)]
    if one.scope == "device":
        found = await tx.execute(_DEVICE, {"device_id": one.device_id})
        return [Place(f"device-{row[0]}", row[1], None, row[2]) for row in found]
    found = await tx.execute(_SITES, {"site_id": one.site_id})
    return [Place(f"site-{row[0]}", row[1], row[2], None) for row in found]


async def made(tx: Connection, occasions: Sequence[str]) -> set[str]:
    return {row[0] for row in await tx.execute(_MADE, {"occasions": list(occasions)})}


async def struck(tx: Connection, one: Schedule, since: datetime) -> list[Struck]:
    """Critical incidents of which it made no report."""
    given = {
        "since": since,
        "schedule": one.row,
        "site_id": one.site_id,
        "device_id": one.device_id,
    }
    return [Struck(*row) for row in await tx.execute(_STRUCK, given)]


async def to_tell(tx: Connection, most: int) -> list[ToTell]:
    return [ToTell(*row) for row in await tx.execute(_TO_TELL, {"most": most})]


async def mark_told(tx: Connection, rows: Sequence[int], now: datetime) -> None:
    await tx.execute(_TOLD, {"rows": list(rows), "now": now})
