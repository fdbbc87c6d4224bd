"""The readings of a device as they are, for those who take all of them away."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from homepot.core.database import Connection

_SETS = text(
    """
    select s.id, s.metrics from metric_sets as s
    where s.id in (
        select metric_set_id from readings
        where device_id = :device_id and ts >= :start and ts < :end
    )
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


async def sets_of(
    tx: Connection, device_id: int, start: datetime, end: datetime
) -> dict[int, tuple[str, ...]]:
    """The metric sets of the window: their numbers, and the metrics in order."""
    given = {"device_id": device_id, "start": start, "end": end}
    return {number: tuple(metrics) for number, metrics in await tx.execute(_SETS, given)}


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
