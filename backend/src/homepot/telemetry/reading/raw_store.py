"""The readings of a device as they are, for those who take all of them away."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from homepot.core.database import Connection

_SETS = text(
    """
    select s.id, s.metrics, r.has_holes
    from (
        select metric_set_id, bool_or(array_position(values, 'NaN') is not null) as has_holes
        from readings where device_id = :device_id and ts >= :start and ts < :end
        group by metric_set_id
    ) as r join metric_sets as s on s.id = r.metric_set_id
    """
)
_USED = text(
    """
    select distinct m.metric
    from readings as r join metric_sets as s on s.id = r.metric_set_id,
        unnest(s.metrics, r.values) as m (metric, value)
    where r.device_id = :device_id and r.ts >= :start and r.ts < :end
        and r.metric_set_id = any(cast(:sets as int[])) and m.value <> 'NaN'
    """
)
_ROWS = text(
    """
    select ts, metric_set_id, values from readings
    where device_id = :device_id and ts >= :start and ts < :end
        and metric_set_id = any(cast(:sets as int[]))
    order by ts limit :limit
    """
)


@dataclass(frozen=True, slots=True)
class Row:
    at: datetime
    metric_set: int
    values: list[float]


@dataclass(frozen=True)
class Sets:
    """The metric sets of a window, their metrics in order; and those that have any value in it."""

    metrics: dict[int, tuple[str, ...]]
    used: set[str]


async def sets_of(tx: Connection, device_id: int, start: datetime, end: datetime) -> Sets:
    given = {"device_id": device_id, "start": start, "end": end}
    found = (await tx.execute(_SETS, given)).all()
    used = {name for _, metrics, has_holes in found if not has_holes for name in metrics}
    if with_holes := [number for number, _, has_holes in found if has_holes]:
        used.update((await tx.execute(_USED, given | {"sets": with_holes})).scalars())
    return Sets({number: tuple(metrics) for number, metrics, _ in found}, used)


async def rows(
    tx: Connection,
    device_id: int,
    sets: Collection[int],
    window: tuple[datetime, datetime],
    limit: int,
) -> list[Row]:
    """The first rows of the window that are of these sets, in the order of time."""
    given = {
        "device_id": device_id,
        "start": window[0],
        "end": window[1],
        "sets": list(sets),
        "limit": limit,
    }
    return [Row(*row) for row in await tx.execute(_ROWS, given)]
