"""The SQL of whole days of many devices at once, with all their metrics; through the tenant's
views."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection, in_binary

_DAYS = """
    select device_id, bucket, metric_set_id, counts, sums from rollups_1d
    where device_id = any(%(devices)s) and bucket >= %(start)s and bucket < %(end)s
"""
_SETS = text("select id, metrics from metric_sets")


async def days(
    tx: Connection, devices: Sequence[int], start: datetime, end: datetime
) -> list[tuple[Any, ...]]:
    """Device, day, metric set, and the counts and sums of its metrics."""
    given = {"devices": list(devices), "start": start, "end": end}
    return await in_binary(tx, _DAYS, given)


async def sets(tx: Connection) -> dict[int, tuple[str, ...]]:
    return {row.id: tuple(row.metrics) for row in await tx.execute(_SETS)}
