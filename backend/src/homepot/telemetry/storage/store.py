"""Every SQL statement on readings but the COPY of the writer."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from homepot.core.database import Connection
from homepot.telemetry.storage.arrays import Floats8, Ints4, Moments
from homepot.telemetry.storage.newest import Newest
from homepot.telemetry.storage.tables import metric_sets


async def ensure_set(tx: Connection, tenant_id: int, digest: bytes, metrics: Sequence[str]) -> int:
    find = select(metric_sets.c.id).where(metric_sets.c.digest == digest)
    found: int | None = (await tx.execute(find)).scalar_one_or_none()
    if found is not None:
        return found
    make = (
        insert(metric_sets)
        .values(tenant_id=tenant_id, digest=digest, metrics=list(metrics))
        .on_conflict_do_nothing()
        .returning(metric_sets.c.id)
    )
    made: int | None = (await tx.execute(make)).scalar_one_or_none()
    # Nothing was made where another writer made it at the same moment: then it is there now.
    return made if made is not None else (await tx.execute(find)).scalar_one()


async def sets_since(tx: Connection, number: int) -> list[tuple[int, tuple[str, ...]]]:
    """The sets of the tenant with a higher number, in their order."""
    query = (
        select(metric_sets.c.id, metric_sets.c.metrics)
        .where(metric_sets.c.id > number)
        .order_by(metric_sets.c.id)
    )
    return [(found, tuple(metrics)) for found, metrics in await tx.execute(query)]


def _merged(old: str, new: str) -> str:
    """Place by place what is the newer of two rows: its value, or its time."""
    return f"""
        select array_agg(
            case
                when u.new = 'NaN' or (u.old <> 'NaN' and u.old_at > u.new_at) then u.{old}
                else u.{new}
            end
            order by u.place
        )
        from unnest(
            l.values, coalesce(l.times, array_fill(l.ts, array[cardinality(l.values)])),
            excluded.values,
            coalesce(excluded.times, array_fill(excluded.ts, array[cardinality(l.values)]))
        ) with ordinality as u (old, old_at, new, new_at, place)
    """  # noqa: S608  no word of it comes from outside


# `times` is empty for a row whose values are all of the same time, as nearly all are: such a row
# replaces an older one whole. Otherwise each value is compared by its own time.
_SAVE_LATEST = text(
    f"""
    insert into device_latest as l (device_id, metric_set_id, ts, values, times)
    select g.device_id, :metric_set, g.ts,
        (:values)[(g.row - 1) * :width + 1 : g.row * :width],
        (cast(:times as timestamptz[]))[(g.row - 1) * :width + 1 : g.row * :width]
    from unnest(:devices, :ats) with ordinality as g (device_id, ts, row)
    on conflict (device_id, metric_set_id) do update
    set ts = greatest(l.ts, excluded.ts), written_at = excluded.written_at,
        values = case
            when excluded.times is null and l.ts <= excluded.ts then excluded.values
            else ({_merged("old", "new")})
        end,
        times = case
            when excluded.times is null and l.ts <= excluded.ts then null
            else ({_merged("old_at", "new_at")})
        end
    where l.ts <= excluded.ts or l.times is not null
    """  # noqa: S608  no word of it comes from outside
)


async def save_latest(tx: Connection, metric_set: int, rows: Newest) -> None:
    """Only what is newer than what is there is written. All tenants."""
    given = {
        "metric_set": metric_set,
        "width": rows.values.shape[1],
        "devices": Ints4(rows.device),
        "ats": Moments(rows.at_us),
        "values": Floats8(rows.values),
        "times": None,
    }
    if rows.times_us is None and not np.any(np.isnan(rows.values)):
        await tx.execute(_SAVE_LATEST, given)
        return
    times_us = rows.times_us
    if times_us is None:
        times_us = np.repeat(rows.at_us[:, None], rows.values.shape[1], axis=1)
    await tx.execute(_SAVE_LATEST, given | {"times": Moments(times_us)})


_LATEST_OF_DEVICE = text(
    """
    select r.ts, s.metrics, r.values
    from readings as r join metric_sets as s on s.id = r.metric_set_id
    where r.device_id = :device_id
    order by r.ts desc limit :rows_max
    """
)


# Of a device that has been silent for long, whose readings are in the archive.
_NEWEST_OF_DEVICE = text(
    """
    select r.ts, s.metrics, r.values
    from latest_readings as r join metric_sets as s on s.id = r.metric_set_id
    where r.device_id = :device_id
    order by r.ts desc limit :rows_max
    """
)


async def newest_rows(
    tx: Connection, device_id: int, rows_max: int
) -> list[tuple[datetime, list[str], list[float]]]:
    """The newest rows of a device of this tenant, the newest first."""
    given = {"device_id": device_id, "rows_max": rows_max}
    rows = (await tx.execute(_LATEST_OF_DEVICE, given)).all()
    rows = rows or (await tx.execute(_NEWEST_OF_DEVICE, given)).all()
    return [(ts, metrics, values) for ts, metrics, values in rows]
