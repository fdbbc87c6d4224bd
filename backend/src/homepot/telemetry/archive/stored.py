"""The readings of some devices as the database holds them, on whichever connection is open."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Literal

from homepot.telemetry.archive.copied import by_device, runs
from homepot.telemetry.archive.rows import Rows

_ROWS = SQL(
    "COPY (SELECT device_id, ts, metric_set_id, values FROM device_metrics"
    " WHERE device_id = ANY({devices}) AND ts >= {start} AND ts < {end}"
    " ORDER BY device_id, ts) TO STDOUT (FORMAT BINARY)"
)
_SETS = "SELECT id, metrics FROM metric_sets WHERE id = ANY(%s)"


async def rows(
    connection: psycopg.AsyncConnection[Any],
    devices: Sequence[int],
    start: datetime,
    end: datetime,
) -> dict[int, Rows]:
    """By device; one without any is absent."""
    query = _ROWS.format(devices=Literal(list(devices)), start=Literal(start), end=Literal(end))
    async with connection.cursor() as cursor, cursor.copy(query) as stream:
        pieces = [bytes(piece) async for piece in stream]
    found = await asyncio.to_thread(lambda: list(runs(b"".join(pieces))))
    names = await sets(connection, {run.metric_set for run in found})
    return await asyncio.to_thread(by_device, found, names)


async def sets(
    connection: psycopg.AsyncConnection[Any], numbers: Collection[int]
) -> dict[int, tuple[str, ...]]:
    cursor = connection.cursor(row_factory=tuple_row)
    await cursor.execute(_SETS, [list(numbers)])
    return {number: tuple(metrics) async for number, metrics in cursor}
