"""Every SQL statement on what was learnt from past failures, and on the chances told from it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.ai.prediction.records import Chance, Failing, Learnt, OfType
from homepot.core.database import Connection

_SAVE_MODEL = text(
    """
    insert into ai_failure_models as m (tenant_id, device_type, learnt_at, basis, failures,
        failures_needed, error_7d, error_14d, error_30d, model)
    values (:tenant_id, :device_type, :learnt_at, :basis, :failures, :failures_needed, :error_7d,
        :error_14d, :error_30d, :model)
    on conflict (tenant_id, device_type) do update set learnt_at = excluded.learnt_at,
        basis = excluded.basis, failures = excluded.failures,
        failures_needed = excluded.failures_needed, error_7d = excluded.error_7d,
        error_14d = excluded.error_14d, error_30d = excluded.error_30d, model = excluded.model
    """
)
_FORGET_MODELS = text(
    "delete from ai_failure_models where tenant_id = :tenant_id and device_type <> all(:types)"
)
_MODELS = text(
    "select tenant_id, device_type, model from ai_failure_models where model is not null"
    " and basis in ('trees', 'rate')"
)
_LEARNT = text(
    "select learnt_at, basis, failures, failures_needed, error_7d, error_14d, error_30d"
    " from ai_failure_models where device_type = :device_type"
)
_SAVE_CHANCES = text(
    """
    insert into ai_failure_chances as c
        (device_id, tenant_id, at, basis, chance_7d, chance_14d, chance_30d, reasons)
    select device_id, :tenant_id, :now, basis, chance_7d, chance_14d, chance_30d, reasons
    from jsonb_to_recordset(cast(:rows as jsonb)) as g (device_id int, basis text,
        chance_7d float8, chance_14d float8, chance_30d float8, reasons jsonb)
    on conflict (device_id) do update set at = excluded.at, basis = excluded.basis,
        chance_7d = excluded.chance_7d, chance_14d = excluded.chance_14d,
        chance_30d = excluded.chance_30d, reasons = excluded.reasons
    """
)
# What was told before and is not now rests on a model that is no more, or on too few days.
_FORGET_CHANCES = text("delete from ai_failure_chances where tenant_id = :tenant_id and at < :now")
_CHANCE = text(
    "select at, basis, chance_7d, chance_14d, chance_30d, reasons from ai_failure_chances"
    " where device_id = :device"
)
_AHEAD = text(
    """
    select d.public_id, d.name, d.type, d.provenance, s.public_id, s.name, c.chance_7d,
        c.chance_14d, c.chance_30d, c.reasons, l.failures,
        greatest(l.error_7d, l.error_14d, l.error_30d), f.public_id, f.first_at
    from ai_failure_chances as c join devices as d on d.id = c.device_id
        join sites as s on s.id = d.site_id
        join ai_failure_models as l on l.tenant_id = c.tenant_id and l.device_type = d.type
        left join ai_forewarnings as f on f.device_id = c.device_id and f.state = 'open'
    where c.basis = 'trees' and (cast(:site as text) is null or s.public_id = :site)
        and c.chance_30d >= :chance and d.archived_at is null
    order by c.chance_14d desc, d.id limit :most
    """
)
_TYPES = text(
    """
    select d.type, count(*), l.basis, coalesce(l.failures, 0), coalesce(l.failures_needed, :needed),
        greatest(l.error_7d, l.error_14d, l.error_30d)
    from devices as d join sites as s on s.id = d.site_id
        left join ai_failure_models as l on l.tenant_id = d.tenant_id and l.device_type = d.type
    where d.lifecycle in ('pending', 'active') and d.archived_at is null
        and (cast(:site as text) is null or s.public_id = :site)
    group by d.type, l.basis, l.failures, l.failures_needed, l.error_7d, l.error_14d, l.error_30d
    order by count(*) desc, d.type limit :most
    """
)
_CHANCES = text(
    "select device_id, chance_7d, chance_14d, chance_30d from ai_failure_chances"
    " where device_id = any(:devices)"
)


async def save_model(tx: Connection, values: dict[str, Any]) -> None:
    await tx.execute(_SAVE_MODEL, values)


async def forget_models(tx: Connection, tenant_id: int, types: Sequence[str]) -> None:
    """Those of other types than these."""
    await tx.execute(_FORGET_MODELS, {"tenant_id": tenant_id, "types": list(types)})


async def models(tx: Connection) -> dict[tuple[int, str], bytes]:
    """Of all tenants that the transaction sees, those that tell something."""
    return {(row[0], row[1]): bytes(row[2]) for row in await tx.execute(_MODELS)}


async def learnt(tx: Connection, device_type: str) -> Learnt | None:
    """Of the tenant that the transaction is limited to."""
    row = (await tx.execute(_LEARNT, {"device_type": device_type})).one_or_none()
    return Learnt(*row) if row else None


async def save_chances(
    tx: Connection, tenant_id: int, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    """All there are: what is not among them goes."""
    given = {"tenant_id": tenant_id, "now": now}
    if rows:
        await tx.execute(_SAVE_CHANCES, given | {"rows": json.dumps(rows)})
    await tx.execute(_FORGET_CHANCES, given)


async def chance(tx: Connection, device_row: int) -> Chance | None:
    row = (await tx.execute(_CHANCE, {"device": device_row})).one_or_none()
    return Chance(*row) if row else None


async def ahead(tx: Connection, site_id: str | None, chance: float, most: int) -> list[Failing]:
    """Devices that their own course tells to be likely to fail, the likeliest first."""
    found = await tx.execute(_AHEAD, {"site": site_id, "chance": chance, "most": most})
    return [Failing(*row) for row in found]


async def types(tx: Connection, site_id: str | None, needed: int, most: int) -> list[OfType]:
    """What was learnt of the types there are devices of, those with most devices first."""
    found = await tx.execute(_TYPES, {"site": site_id, "needed": needed, "most": most})
    return [OfType(*row) for row in found]


async def chances(
    tx: Connection, device_rows: Sequence[int]
) -> dict[int, tuple[float, float, float]]:
    """Within 7, 14 and 30 days, of those devices that any chance is told of."""
    found = await tx.execute(_CHANCES, {"devices": list(device_rows)})
    return {row[0]: (row[1], row[2], row[3]) for row in found}
