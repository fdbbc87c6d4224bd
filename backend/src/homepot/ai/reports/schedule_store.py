"""Every SQL statement on reports that are made by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from homepot.core.database import Connection


@dataclass(frozen=True)
class Schedule:
    tenant_id: int
    report_type: str
    enabled: bool
    mode: str
    channel_ids: list[str]
    since: datetime


@dataclass(frozen=True)
class Struck:
    """A critical incident, and of what it is."""

    row: int
    started_at: datetime
    site_id: str
    device_id: str | None


@dataclass(frozen=True)
class ToTell:
    """A report that was made by itself and that nobody has been sent."""

    row: int
    tenant_id: int
    report_id: str
    report_type: str
    title: str


_ALL = text(
    "select tenant_id, report_type, enabled, mode, channel_ids, since from ai_report_schedules"
    " order by tenant_id, report_type"
)
_SET = text(
    """
    insert into ai_report_schedules as s
        (tenant_id, report_type, enabled, mode, channel_ids, since)
    values (current_setting('homepot.tenant_id')::int, :report_type, :enabled, :mode,
        :channel_ids, :now)
    on conflict (tenant_id, report_type) do update set enabled = excluded.enabled,
        mode = excluded.mode, channel_ids = excluded.channel_ids,
        since = case when s.enabled then s.since else excluded.since end
    """
)
_CHANNELS = text(
    "select public_id from alert_channels where removed_at is null and public_id = any(:ids)"
)
_SITES = text("select id, public_id, timezone from sites where archived_at is null order by id")
_MADE = text("select occasion from ai_reports where occasion = any(:occasions)")
_STRUCK = text(
    """
    select i.id, i.started_at, s.public_id, d.public_id from incidents as i
        join sites as s on s.id = i.site_id left join devices as d on d.id = i.device_id
    where i.severity = 'critical' and i.state not in ('merged', 'normal') and i.opened_at >= :since
        and not exists (select from ai_reports as r where r.occasion = 'incident:' || i.id)
    order by i.id limit 50
    """
)
_TO_TELL = text(
    """
    select id, tenant_id, public_id, report_type, title from ai_reports
    where occasion is not null and told_at is null order by id limit :most
    """
)
_TOLD = text("update ai_reports set told_at = :now where id = any(:rows) and told_at is null")


async def schedules(tx: Connection) -> list[Schedule]:
    return [Schedule(*row) for row in await tx.execute(_ALL)]


async def set_schedule(
    tx: Connection, report_type: str, mode: str, channel_ids: Sequence[str], now: datetime,
    *, enabled: bool,
) -> None:  # fmt: skip
    given = {
        "report_type": report_type,
        "enabled": enabled,
        "mode": mode,
        "channel_ids": list(channel_ids),
        "now": now,
    }
    await tx.execute(_SET, given)


async def channels_known(tx: Connection, ids: Sequence[str]) -> set[str]:
    return {row[0] for row in await tx.execute(_CHANNELS, {"ids": list(ids)})}


async def sites(tx: Connection) -> list[tuple[int, str, str]]:
    return [(row[0], row[1], row[2]) for row in await tx.execute(_SITES)]


async def made(tx: Connection, occasions: Sequence[str]) -> set[str]:
    return {row[0] for row in await tx.execute(_MADE, {"occasions": list(occasions)})}


async def struck(tx: Connection, since: datetime) -> list[Struck]:
    """Critical incidents of which there is no report."""
    return [Struck(*row) for row in await tx.execute(_STRUCK, {"since": since})]


async def to_tell(tx: Connection, most: int) -> list[ToTell]:
    return [ToTell(*row) for row in await tx.execute(_TO_TELL, {"most": most})]


async def mark_told(tx: Connection, rows: Sequence[int], now: datetime) -> None:
    await tx.execute(_TOLD, {"rows": list(rows), "now": now})
