"""Every SQL statement on readings but the COPY of the writer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from homepot.core.database import Connection
from homepot.telemetry.intake.batch import Floats
from homepot.telemetry.storage.tables import metric_sets


async def ensure_set(
    tx: Connection, tenant_id: int, digest: bytes, metrics: Sequence[str], sets_max: int
) -> int | None:
    """The number of the set; None where the tenant has too many for another one."""
    find = select(metric_sets.c.id).where(metric_sets.c.digest == digest)
    found: int | None = (await tx.execute(find)).scalar_one_or_none()
    if found is not None:
        return found
    count = (await tx.execute(select(func.count()).select_from(metric_sets))).scalar_one()
    if count >= sets_max:
        return None
    make = (
        insert(metric_sets)
        .values(tenant_id=tenant_id, digest=digest, metrics=list(metrics))
        .on_conflict_do_nothing()
        .returning(metric_sets.c.id)
    )
    made: int | None = (await tx.execute(make)).scalar_one_or_none()
    # Nothing was made where another writer made it at the same moment: then it is there now.
    return made if made is not None else (await tx.execute(find)).scalar_one()


@dataclass(frozen=True)
class Latest:
    """The newest row of one device in one metric set."""

    device_id: int
    metric_set_id: int
    at: datetime
    values: Floats


_SAVE_LATEST = text(
    """
    insert into device_latest as l (device_id, metric_set_id, ts, values)
    select device_id, metric_set_id, ts, values
    from jsonb_to_recordset(cast(:rows as jsonb))
        as given (device_id int, metric_set_id int, ts timestamptz, values float8[])
    order by device_id, metric_set_id
    on conflict (device_id, metric_set_id) do update
    set ts = excluded.ts, values = excluded.values
    where l.ts <= excluded.ts
    """
)


async def save_latest(tx: Connection, rows: Sequence[Latest]) -> None:
    """Only what is newer than what is there is written. All tenants."""
    given = [
        {
            "device_id": row.device_id,
            "metric_set_id": row.metric_set_id,
            "ts": row.at.isoformat(),
            "values": [None if value != value else value for value in row.values.tolist()],
        }
        for row in rows
    ]
    await tx.execute(_SAVE_LATEST, {"rows": json.dumps(given)})


_LATEST_OF_DEVICE = text(
    """
    select r.ts, s.metrics, r.values
    from readings as r join metric_sets as s on s.id = r.metric_set_id
    where r.device_id = :device_id
    order by r.ts desc limit :rows_max
    """
)


async def newest_rows(
    tx: Connection, device_id: int, rows_max: int
) -> list[tuple[datetime, list[str], list[float]]]:
    """The newest rows of a device of this tenant, the newest first."""
    rows = await tx.execute(_LATEST_OF_DEVICE, {"device_id": device_id, "rows_max": rows_max})
    return [(ts, metrics, values) for ts, metrics, values in rows]
