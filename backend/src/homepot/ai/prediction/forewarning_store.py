"""Every SQL statement on devices that are likely to fail: told, planned for, over."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.ai.prediction.records import Forewarning, Open
from homepot.core.database import Connection

_FOREWARNING = """
    select f.id, f.tenant_id, f.public_id, d.id, d.public_id, d.name, d.type, d.tags, d.provenance,
        s.id, s.public_id, s.name, s.timezone, f.state, f.severity, f.metric, f.chance_7d,
        f.chance_14d, f.chance_30d, f.reasons, f.first_at, f.predicted_at, f.ended_at, f.ended_why,
        f.told, l.failures, greatest(l.error_7d, l.error_14d, l.error_30d)
    from ai_forewarnings as f join devices as d on d.id = f.device_id
        join sites as s on s.id = d.site_id
        left join ai_failure_models as l on l.tenant_id = f.tenant_id and l.device_type = d.type
"""
# A wear of the same metric says more: what is told and planned for it stands for both.
_NO_WEAR = """not exists (select from ai_predictions as p where p.device_id = f.device_id
    and p.metric = f.metric and p.state = 'open' and p.chance_14d >= :chance)"""
_OPEN = text("select id, device_id, first_at from ai_forewarnings where state = 'open'")
_SAVE = text(
    """
    insert into ai_forewarnings as f (tenant_id, public_id, device_id, state, severity, metric,
        chance_7d, chance_14d, chance_30d, reasons, first_at, predicted_at)
    select :tenant_id, public_id, device_id, 'open', severity, metric, chance_7d, chance_14d,
        chance_30d, reasons, :now, :now
    from jsonb_to_recordset(cast(:rows as jsonb)) as g (public_id text, device_id int,
        severity text, metric text, chance_7d float8, chance_14d float8, chance_30d float8,
        reasons jsonb)
    on conflict (device_id) where state = 'open' do update set predicted_at = :now,
        severity = case when f.severity = 'critical' then f.severity else excluded.severity end,
        metric = excluded.metric, chance_7d = excluded.chance_7d,
        chance_14d = excluded.chance_14d, chance_30d = excluded.chance_30d,
        reasons = excluded.reasons
    """
)
_END = text(
    """
    update ai_forewarnings as f set state = g.state, ended_at = :now, ended_why = g.why
    from jsonb_to_recordset(cast(:rows as jsonb)) as g (id bigint, state text, why text)
    where f.id = g.id and f.state = 'open'
    """
)
_UNPLANNED = text(
    _FOREWARNING
    + f"""where f.state = 'open' and {_NO_WEAR} and not exists (
        select from maintenance_schedule as m where m.forewarning_id = f.id)
    order by f.id"""
)
_PLAN = text(
    """
    insert into maintenance_schedule (tenant_id, public_id, device_id, forewarning_id, what, due_at,
        parts, cost, currency, cost_why, state, created_at, changed_at)
    select :tenant_id, public_id, device_id, forewarning_id, what, due_at, parts, cost, currency,
        cost_why, 'planned', :now, :now
    from jsonb_to_recordset(cast(:rows as jsonb)) as g (public_id text, device_id int,
        forewarning_id bigint, what text, due_at timestamptz, parts text, cost numeric,
        currency text, cost_why text)
    on conflict (tenant_id, forewarning_id) do nothing
    """
)
# As long as nobody touched it, a term comes nearer with its forewarning, and goes with it. It never
# moves away by itself: a chance that stays as it is would put it off from hour to hour.
_FOLLOW = text(
    """
    update maintenance_schedule as m
    set due_at = case when f.state = 'open' then least(m.due_at, g.due_at) else m.due_at end,
        state = case when f.state = 'gone' then 'lapsed' else m.state end,
        note = case when f.state = 'gone' then coalesce(m.note, f.ended_why) else m.note end,
        changed_at = :now
    from ai_forewarnings as f left join jsonb_to_recordset(cast(:due as jsonb))
        as g (device_id int, due_at timestamptz) on g.device_id = f.device_id
    where f.id = m.forewarning_id and m.state = 'planned' and m.changed_by is null
        and (f.state = 'gone' or (f.state = 'open' and g.due_at < m.due_at))
    """
)
_TO_TELL = text(
    _FOREWARNING
    + f"""where (f.state = 'open' and f.told is null and {_NO_WEAR})
        or (f.state = 'open' and f.told = 'warning' and f.severity = 'critical')
        or (f.state <> 'open' and f.told in ('warning', 'critical'))
    order by f.id limit :most"""
)
_TOLD = text(
    "update ai_forewarnings set told = case when state = 'open' then severity else 'over' end"
    " where id = any(:ids)"
)
# The open one, or what came of the last.
_OF_DEVICE = text(
    _FOREWARNING
    + """where f.device_id = :device and (f.state = 'open' or f.ended_at > :since)
    order by f.state = 'open' desc, f.ended_at desc limit 1"""
)
_OVER = text(
    _FOREWARNING
    + """where f.state <> 'open' and f.ended_at > :since
        and (cast(:site as text) is null or s.public_id = :site)
    order by f.ended_at desc, f.id limit :most"""
)
_FORGET = text(
    "delete from ai_forewarnings where id in (select id from ai_forewarnings"
    " where device_id = any(:device_ids) and state <> 'open' and ended_at < :before limit :most)"
)


async def open_ones(tx: Connection) -> list[Open]:
    """Of the tenant that the transaction is limited to."""
    return [Open(*row) for row in await tx.execute(_OPEN)]


async def save(
    tx: Connection, tenant_id: int, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    if rows:
        await tx.execute(_SAVE, {"tenant_id": tenant_id, "rows": json.dumps(rows), "now": now})


async def end(tx: Connection, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    if rows:
        await tx.execute(_END, {"rows": json.dumps(rows), "now": now})


async def unplanned(tx: Connection, chance: float) -> list[Forewarning]:
    return [Forewarning(*row) for row in await tx.execute(_UNPLANNED, {"chance": chance})]


async def plan(
    tx: Connection, tenant_id: int, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    if rows:
        given = {"tenant_id": tenant_id, "rows": json.dumps(rows, default=str), "now": now}
        await tx.execute(_PLAN, given)


async def follow(tx: Connection, due: Sequence[dict[str, Any]], now: datetime) -> None:
    """Terms of what is over go; those of `due`, by their devices, come nearer."""
    await tx.execute(_FOLLOW, {"due": json.dumps(due, default=str), "now": now})


async def to_tell(tx: Connection, chance: float, most: int) -> list[Forewarning]:
    """What nobody was told of, what became worse, and what was told and is over."""
    found = await tx.execute(_TO_TELL, {"chance": chance, "most": most})
    return [Forewarning(*row) for row in found]


async def mark_told(tx: Connection, ids: Sequence[int]) -> None:
    await tx.execute(_TOLD, {"ids": list(ids)})


async def of_device(tx: Connection, device_row: int, since: datetime) -> Forewarning | None:
    row = (await tx.execute(_OF_DEVICE, {"device": device_row, "since": since})).one_or_none()
    return Forewarning(*row) if row else None


async def over(
    tx: Connection, site_id: str | None, since: datetime, most: int
) -> list[Forewarning]:
    """What was withdrawn or came true since then, the latest first."""
    given = {"site": site_id, "since": since, "most": most}
    return [Forewarning(*row) for row in await tx.execute(_OVER, given)]


async def forget(tx: Connection, device_ids: Sequence[int], before: datetime, most: int) -> int:
    given = {"device_ids": list(device_ids), "before": before, "most": most}
    return (await tx.execute(_FORGET, given)).rowcount
