"""Every SQL statement on reports that were made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection


@dataclass(frozen=True)
class Listed:
    """A report without what it says."""

    row: int
    report_id: str
    report_type: str
    mode: str
    generated_at: datetime
    title: str
    start: datetime
    end: datetime
    site_id: str | None
    device_id: str | None
    by_itself: bool


@dataclass(frozen=True)
class ReportQuery:
    report_type: str | None
    site_id: str | None
    device_id: str | None
    about: str | None
    before: int | None
    limit: int


_ADD = text(
    """
    insert into ai_reports (tenant_id, public_id, report_type, site_id, device_id, content,
        generated_at, mode, title, period_start, period_end, occasion, schedule_id)
    values (current_setting('homepot.tenant_id')::int, :public_id, :report_type, :site_id,
        :device_id, :content, :generated_at, :mode, :title, :period_start, :period_end, :occasion,
        :schedule_id)
    on conflict do nothing returning id
    """
)
_FIND = text(
    "select public_id, report_type, mode, generated_at, content from ai_reports"
    " where public_id = :public_id"
)
_PAGE = text(
    """
    select r.id, r.public_id, r.report_type, r.mode, r.generated_at, r.title, r.period_start,
        r.period_end, s.public_id, d.public_id, r.occasion is not null
    from ai_reports as r left join devices as d on d.id = r.device_id
        left join sites as s on s.id = coalesce(r.site_id, d.site_id)
    where (cast(:report_type as text) is null or r.report_type = :report_type)
        and (cast(:site_id as text) is null or s.public_id = :site_id)
        and (cast(:device_id as text) is null or d.public_id = :device_id)
        and (cast(:about as text) is null or :about = case
            when r.device_id is not null then 'device' when r.site_id is not null then 'site'
            else 'tenant' end)
        and (cast(:before as bigint) is null or r.id < :before)
    order by r.id desc limit :limit
    """
)
_FORGET = text(
    "delete from ai_reports where id in"
    " (select id from ai_reports where generated_at < :before order by id limit :most)"
)


async def add(tx: Connection, values: Mapping[str, Any]) -> bool:
    """False where there is one for this occasion."""
    return (await tx.execute(_ADD, dict(values))).one_or_none() is not None


async def find(tx: Connection, public_id: str) -> tuple[str, str, str, datetime, str] | None:
    row = (await tx.execute(_FIND, {"public_id": public_id})).one_or_none()
    return (row[0], row[1], row[2], row[3], row[4]) if row else None


async def page(tx: Connection, asked: ReportQuery) -> list[Listed]:
    """The newest first."""
    return [Listed(*row) for row in await tx.execute(_PAGE, vars(asked))]


async def forget(tx: Connection, before: datetime, most: int) -> int:
    return (await tx.execute(_FORGET, {"before": before, "most": most})).rowcount
