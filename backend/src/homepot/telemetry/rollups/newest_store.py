"""The newest values within a window, from the readings."""

import numpy as np
from sqlalchemy import text

from homepot.core.database import Connection
from homepot.telemetry.rollups.logic import Piece
from homepot.telemetry.storage.newest import Newest

# Of each value of a set the newest that was reported, and when; NaN where it never was. What is
# older than every value that is kept already brings nothing, and of a history that is nearly all.
_NEWEST = text(
    """
    with kept as materialized (
        select device_id, metric_set_id, case
            when array_position(values, 'NaN') is not null then timestamptz '-infinity'
            when times is null then ts
            else (select min(at) from unnest(times) as t (at))
        end as since
        from device_latest where device_id = any(:device_ids)
    )
    select metric_set_id, device_id, max(at_us),
        array_agg(value order by place), array_agg(at_us order by place)
    from (
        select distinct on (m.device_id, m.metric_set_id, u.place)
            m.device_id, m.metric_set_id, u.place, u.value,
            (extract(epoch from m.ts) * 1000000)::bigint as at_us
        from device_metrics as m
            left join kept as k using (device_id, metric_set_id),
            unnest(m.values) with ordinality as u (value, place)
        where m.device_id = any(:device_ids) and m.ts >= :first and m.ts < :end
            and m.ts >= coalesce(k.since, '-infinity')
        order by m.device_id, m.metric_set_id, u.place, u.value = 'NaN', m.ts desc
    ) as each_value
    group by 1, 2 order by 1, 2
    """
)


async def newest_of(tx: Connection, piece: Piece) -> list[tuple[int, Newest]]:
    """By metric set, one row for each device that reported in it."""
    given = {"device_ids": list(piece.device_ids), "first": piece.first, "end": piece.end}
    by_set: dict[int, list[tuple[int, int, list[float], list[int]]]] = {}
    for metric_set, *row in await tx.execute(_NEWEST, given):
        by_set.setdefault(metric_set, []).append(tuple(row))
    found = []
    for metric_set, rows in by_set.items():
        device, at_us, values, times_us = (list(column) for column in zip(*rows, strict=True))
        newest = Newest(np.array(device), np.array(at_us), np.array(values), np.array(times_us))
        found.append((metric_set, newest))
    return found
