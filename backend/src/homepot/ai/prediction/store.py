"""Every SQL statement on what is foreseen and on the maintenance schedule."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.ai.prediction.records import Coverage, DeviceRow, Known, Prediction, Reached, Term
from homepot.core.database import Connection

_DEVICES = text(
    """
    select d.id, d.tenant_id, d.site_id, s.timezone, d.type
    from devices as d join sites as s on s.id = d.site_id
    where d.lifecycle in ('pending', 'active') and d.archived_at is null
    order by d.id
    """
)
_PREDICTION = """
    select p.id, p.tenant_id, p.public_id, p.device_id, d.public_id, d.name, d.type, d.tags,
        d.provenance, s.id, s.public_id, s.name, s.timezone, p.metric, p.limit_name,
        p.limit_value, p.unit, p.label, p.state, p.severity, p.crosses_at, p.lower_at, p.upper_at,
        p.chance_7d, p.chance_14d, p.chance_30d, p.level, p.growth, p.rate_per_day, p.onset_at,
        p.first_at, p.predicted_at, p.ended_at, p.alike
    from ai_predictions as p join devices as d on d.id = p.device_id
        join sites as s on s.id = d.site_id
"""
_OF_DEVICE = text(
    _PREDICTION + "where p.device_id = :device and p.state = 'open' order by p.crosses_at, p.id"
)
_OF_DEVICES = text(
    _PREDICTION
    + "where p.device_id = any(:devices) and p.state = 'open' order by p.crosses_at, p.id"
)
_TO_TELL = text(
    _PREDICTION
    + """where (p.state = 'open' and p.told is null and p.chance_14d >= :chance and not exists (
            select from ai_forewarnings as f where f.device_id = p.device_id
                and f.metric = p.metric and f.state = 'open' and f.told is not null))
        or (p.state <> 'open' and p.told = 'opened') order by p.id limit :most"""
)
_TO_RECALL = text(
    _PREDICTION
    + """where p.state = 'open' and (p.recalled_at is null or p.recalled_at < :before)
    order by p.chance_14d desc, p.id limit :most"""
)
_RECALLED = text(
    "update ai_predictions set alike = cast(:alike as jsonb), recalled_at = :now where id = :id"
)
_KNOWN = text(
    "select looked_at, hours, hours_needed, limited, reached from ai_prediction_devices"
    " where device_id = :device"
)
_AHEAD = text(
    _PREDICTION
    + """where p.state = 'open' and (cast(:site as text) is null or s.public_id = :site)
    order by p.crosses_at, p.id limit :most"""
)
_REACHED = text(
    """
    select d.public_id, d.name, s.public_id, s.name, k.reached
    from ai_prediction_devices as k join devices as d on d.id = k.device_id
        join sites as s on s.id = d.site_id
    where k.reached <> '[]' and d.archived_at is null
        and (cast(:site as text) is null or s.public_id = :site)
    order by d.name, d.id limit :most
    """
)
_COVERAGE = text(
    """
    select count(*), count(*) filter (where k.limited > 0 and k.hours < k.hours_needed),
        count(*) filter (where k.limited = 0), max(k.looked_at)
    from ai_prediction_devices as k join devices as d on d.id = k.device_id
        join sites as s on s.id = d.site_id
    where d.archived_at is null and (cast(:site as text) is null or s.public_id = :site)
    """
)
_LAST_LOOK = text("select max(looked_at) from ai_prediction_devices")
_RECORD = """jsonb_to_recordset(cast(:rows as jsonb)) as g (public_id text, tenant_id int,
    device_id int, metric text, limit_name text, limit_value float8, unit text, label text,
    severity text, crosses_at timestamptz, lower_at timestamptz, upper_at timestamptz,
    chance_7d float8, chance_14d float8, chance_30d float8, level float8, growth float8,
    rate_per_day float8, onset_at timestamptz)"""
_RENEWED = """limit_value, unit, label, severity, crosses_at, lower_at, upper_at, chance_7d,
    chance_14d, chance_30d, level, growth, rate_per_day, onset_at"""
_EXCLUDED = ", ".join(f"excluded.{one.strip()}" for one in _RENEWED.split(","))
_SAVING = """
    insert into ai_predictions as p (public_id, tenant_id, device_id, metric, limit_name, state,
        first_at, predicted_at, {renewed})
    select public_id, tenant_id, device_id, metric, limit_name, 'open', :now, :now, {renewed}
    from {record}
    on conflict (device_id, metric, limit_name) where state = 'open' do update
    set predicted_at = :now, ({renewed}) = row ({excluded})
"""
_SAVE = text(_SAVING.format(renewed=_RENEWED, record=_RECORD, excluded=_EXCLUDED))
# What was not found again is over: the limit was reached, or the wear is no more.
_END = text(
    """
    update ai_predictions as p
    set ended_at = :now, state = case when exists (
        select from jsonb_to_recordset(cast(:reached as jsonb))
            as r (device_id int, metric text, limit_name text)
        where r.device_id = p.device_id and r.metric = p.metric and r.limit_name = p.limit_name
    ) then 'reached' else 'gone' end
    where p.state = 'open' and p.predicted_at < :now and p.device_id = any(:looked)
    """
)
_SAVE_KNOWN = text(
    """
    insert into ai_prediction_devices as k
        (device_id, tenant_id, looked_at, hours, hours_needed, limited, reached)
    select device_id, tenant_id, :now, hours, :needed, limited, reached
    from jsonb_to_recordset(cast(:rows as jsonb))
        as g (device_id int, tenant_id int, hours int, limited int, reached jsonb)
    on conflict (device_id) do update
    set looked_at = excluded.looked_at, hours = excluded.hours, limited = excluded.limited,
        hours_needed = excluded.hours_needed, reached = excluded.reached
    """
)
_TOLD = text(
    "update ai_predictions set told = case when state = 'open' then 'opened' else 'over' end"
    " where id = any(:ids)"
)
_FORGET = text(
    "delete from ai_predictions where id in (select id from ai_predictions"
    " where device_id = any(:device_ids) and state <> 'open' and ended_at < :before limit :most)"
)

# -- the maintenance schedule -------------------------------------------------------------------

_UNPLANNED = text(
    _PREDICTION
    + """where p.state = 'open' and p.chance_14d >= :chance and not exists (
        select from maintenance_schedule as m left join ai_forewarnings as f
            on f.id = m.forewarning_id and f.metric = p.metric and f.state = 'open'
        where m.device_id = p.device_id and (m.prediction_id = p.id or f.id is not null))
    order by p.id"""
)
_PLAN = text(
    """
    insert into maintenance_schedule (tenant_id, public_id, device_id, prediction_id, what, due_at,
        parts, cost, currency, cost_why, state, created_at, changed_at)
    select :tenant_id, public_id, device_id, prediction_id, what, due_at, parts, cost, currency,
        cost_why, 'planned', :now, :now
    from jsonb_to_recordset(cast(:rows as jsonb)) as g (public_id text, device_id int,
        prediction_id bigint, what text, due_at timestamptz, parts text, cost numeric,
        currency text, cost_why text)
    on conflict (tenant_id, prediction_id) do nothing
    """
)
# As long as nobody touched it, a term moves with its forecast, and goes when the wear is gone.
_FOLLOW = text(
    """
    update maintenance_schedule as m
    set due_at = case when p.state = 'open' then p.lower_at else m.due_at end,
        state = case when p.state = 'gone' then 'lapsed' else m.state end, changed_at = :now
    from ai_predictions as p
    where p.id = m.prediction_id and m.state = 'planned' and m.changed_by is null
        and (p.state = 'gone' or (p.state = 'open' and m.due_at <> p.lower_at))
    """
)
_TERM = """
    select m.public_id, d.public_id, d.name, s.public_id, s.name,
        coalesce(p.public_id, f.public_id), coalesce(p.metric, f.metric), m.what,
        m.due_at, m.parts, m.cost, m.currency, m.cost_why, m.state, m.created_at, m.changed_at,
        m.changed_by, m.note
    from maintenance_schedule as m join devices as d on d.id = m.device_id
        join sites as s on s.id = d.site_id left join ai_predictions as p on p.id = m.prediction_id
        left join ai_forewarnings as f on f.id = m.forewarning_id
"""
_TERMS = text(
    _TERM
    + """where (cast(:state as text) is null or m.state = :state)
        and (cast(:site as text) is null or s.public_id = :site)
    order by m.due_at, m.id limit :most"""
)
_TERMS_SINCE = text(_TERM + "where m.due_at >= :since order by m.due_at, m.id limit :most")
_ONE_TERM = text(_TERM + "where m.public_id = :term_id")
_CHANGE_TERM = text(
    """
    update maintenance_schedule
    set state = coalesce(:state, state), note = coalesce(:note, note),
        due_at = coalesce(:due_at, due_at), changed_at = :now, changed_by = :by
    where public_id = :term_id
    """
)


async def devices(tx: Connection) -> list[DeviceRow]:
    """Those at work, of all tenants that the transaction sees."""
    return [DeviceRow(*row) for row in await tx.execute(_DEVICES)]


async def of_device(tx: Connection, device_row: int) -> list[Prediction]:
    """What is open, the nearest first."""
    found = await tx.execute(_OF_DEVICE, {"device": device_row})
    return [Prediction(*row) for row in found]


async def of_devices(tx: Connection, rows: Collection[int]) -> list[Prediction]:
    found = await tx.execute(_OF_DEVICES, {"devices": list(rows)})
    return [Prediction(*row) for row in found]


async def ahead(tx: Connection, site_id: str | None, most: int) -> list[Prediction]:
    """What is open of the whole tenant, or of one site, the nearest first."""
    found = await tx.execute(_AHEAD, {"site": site_id, "most": most})
    return [Prediction(*row) for row in found]


async def reached(tx: Connection, site_id: str | None, most: int) -> list[Reached]:
    found = await tx.execute(_REACHED, {"site": site_id, "most": most})
    return [Reached(*row) for row in found]


async def coverage(tx: Connection, site_id: str | None) -> Coverage:
    return Coverage(*(await tx.execute(_COVERAGE, {"site": site_id})).one())


async def known(tx: Connection, device_row: int) -> Known | None:
    row = (await tx.execute(_KNOWN, {"device": device_row})).one_or_none()
    return Known(*row) if row else None


async def last_look(tx: Connection) -> datetime | None:
    """When any device that the transaction sees was looked at last."""
    found: datetime | None = (await tx.execute(_LAST_LOOK)).scalar_one()
    return found


async def save(tx: Connection, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    if rows:
        await tx.execute(_SAVE, {"rows": json.dumps(rows), "now": now})


async def save_known(
    tx: Connection, rows: Sequence[dict[str, Any]], needed: int, now: datetime
) -> None:
    given = {"rows": json.dumps(rows), "needed": needed, "now": now}
    await tx.execute(_SAVE_KNOWN, given)


async def end(
    tx: Connection, looked: Sequence[int], reached: Sequence[dict[str, Any]], now: datetime
) -> None:
    given = {"looked": list(looked), "reached": json.dumps(reached), "now": now}
    await tx.execute(_END, given)


async def to_tell(tx: Connection, chance: float, most: int) -> list[Prediction]:
    """What became probable and nobody was told of, and what was told and is over."""
    found = await tx.execute(_TO_TELL, {"chance": chance, "most": most})
    return [Prediction(*row) for row in found]


async def to_recall(tx: Connection, before: datetime, most: int) -> list[Prediction]:
    """What is open and memory was not asked for since then."""
    found = await tx.execute(_TO_RECALL, {"before": before, "most": most})
    return [Prediction(*row) for row in found]


async def recalled(
    tx: Connection, number: int, alike: Sequence[dict[str, Any]], now: datetime
) -> None:
    await tx.execute(_RECALLED, {"id": number, "alike": json.dumps(alike), "now": now})


async def mark_told(tx: Connection, ids: Sequence[int]) -> None:
    await tx.execute(_TOLD, {"ids": list(ids)})


async def forget(tx: Connection, device_ids: Sequence[int], before: datetime, most: int) -> int:
    given = {"device_ids": list(device_ids), "before": before, "most": most}
    return (await tx.execute(_FORGET, given)).rowcount


async def unplanned(tx: Connection, chance: float) -> list[Prediction]:
    return [Prediction(*row) for row in await tx.execute(_UNPLANNED, {"chance": chance})]


async def plan(
    tx: Connection, tenant_id: int, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    if rows:
        given = {"tenant_id": tenant_id, "rows": json.dumps(rows, default=str), "now": now}
        await tx.execute(_PLAN, given)


async def follow(tx: Connection, now: datetime) -> None:
    await tx.execute(_FOLLOW, {"now": now})


async def terms(tx: Connection, state: str | None, site_id: str | None, most: int) -> list[Term]:
    """The nearest first."""
    found = await tx.execute(_TERMS, {"state": state, "site": site_id, "most": most})
    return [Term(*row) for row in found]


async def terms_since(tx: Connection, since: datetime, most: int) -> list[Term]:
    """In every state, the earliest first."""
    return [Term(*row) for row in await tx.execute(_TERMS_SINCE, {"since": since, "most": most})]


async def term(tx: Connection, term_id: str) -> Term | None:
    row = (await tx.execute(_ONE_TERM, {"term_id": term_id})).one_or_none()
    return Term(*row) if row else None


async def change_term(tx: Connection, term_id: str, values: dict[str, Any]) -> None:
    await tx.execute(_CHANGE_TERM, {"term_id": term_id, **values})
