"""What a value takes in TimescaleDB, hot and compressed, and how fast days are moved into it.

Two kinds of rows: the pretend fleet's own signals, a report a minute; and rows of 50 metrics that
wander in steps of a tenth. Bytes are those of the table with its index, as in PostgreSQL's own
partitions. Nothing is measured where TimescaleDB has not been built.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
from bench_archive import _fill
from fleet import build
from homepot_simulator.fleet import make_fleet
from homepot_simulator.world import World
from psycopg.conninfo import make_conninfo
from report import Row
from stage import data_folder, database, stores

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.intake.batch import EPOCH, Block
from homepot.telemetry.storage.moving import move
from homepot.telemetry.storage.parts import make_parts
from homepot.telemetry.storage.readings import ReadingParts
from homepot.telemetry.storage.sets import MetricSets
from homepot.telemetry.storage.stores import NativeStore, TimescaleStore
from homepot.telemetry.storage.writer import copy

DAYS = 3
WIDE_DEVICES = 20
METRICS = tuple(f"metric_{number:02d}" for number in range(50))
_SIZE = """
    SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits
    WHERE inhparent = 'device_metrics'::regclass
"""


def run() -> list[Row]:
    if len(stores()) == 1:
        return []
    return [*_measured("simulated fleet"), *_measured("50 metrics")]


def _measured(name: str) -> list[Row]:
    with data_folder() as data, database(data, on_timescaledb=True) as url:
        asyncio.run(move(url, TimescaleStore(), NativeStore(), lambda *_: None))
        fleet = make_fleet(1)
        tenant_id, _ = asyncio.run(build(url, len(fleet.devices), 4))
        start = datetime.combine(now().date(), datetime.min.time(), UTC) - timedelta(days=DAYS + 5)
        fill = _fleet(url, tenant_id, start) if name == "simulated fleet" else _wide(url, tenant_id)
        values = asyncio.run(fill)
        native = _ask(url, _SIZE)
        began_s = time.perf_counter()
        asyncio.run(move(url, NativeStore(), TimescaleStore(), lambda *_: None))
        moved_s = time.perf_counter() - began_s
        cold = _ask(url, "SELECT hypertable_size('device_metrics')")
        _ask(url, "SELECT count(decompress_chunk(c)) FROM show_chunks('device_metrics') c")
        hot = _ask(url, "SELECT hypertable_size('device_metrics')")
        began_s = time.perf_counter()
        asyncio.run(move(url, TimescaleStore(), NativeStore(), lambda *_: None))
        back_s = time.perf_counter() - began_s
    what = f"TimescaleDB, {name}"
    return [
        Row(f"{what}, hot", hot / values, "B/value", "partitions", native / values),
        Row(f"{what}, compressed", cold / values, "B/value", "partitions", native / values),
        Row(f"{what}, moving in", values / moved_s, "values/s", "moving back", values / back_s),
    ]


async def _fleet(url: str, tenant_id: int, start: datetime) -> int:
    store = Database(url)
    try:
        end = start + timedelta(days=DAYS)
        values, _ = await _fill(store, tenant_id, World(make_fleet(1)), start, end)
        return values
    finally:
        await store.close()


async def _wide(url: str, tenant_id: int) -> int:
    """A day of reports a minute, in the order they come."""
    day = now().date() - timedelta(days=5)
    await make_parts(url, [ReadingParts()], [day])
    store = Database(url)
    try:
        metric_set = await MetricSets(store).ensure(tenant_id, METRICS)
    finally:
        await store.close()
    steps = np.random.default_rng(7).normal(0, 0.3, (1_440, WIDE_DEVICES, len(METRICS)))
    values = np.round(50 + np.cumsum(steps, axis=0), 1)
    first = datetime.combine(day, datetime.min.time(), UTC)
    first_us = int((first - EPOCH) / timedelta(microseconds=1))
    at_us = first_us + np.arange(1_440, dtype=np.int64) * 60_000_000
    block = Block(
        tenant_id,
        metric_set,
        METRICS,
        np.tile(np.arange(WIDE_DEVICES) + 1_000_000, 1_440),
        np.repeat(at_us, WIDE_DEVICES),
        values.reshape(-1, len(METRICS)),
    )
    async with await psycopg.AsyncConnection[object].connect(url) as connection:
        await copy(connection, [block])
    return values.size


def _ask(url: str, query: str) -> float:
    with psycopg.connect(make_conninfo(url), autocommit=True) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return float(row[0])
