"""30 days of the pretend fleet, a report a minute, out of the table and into the archive.

The values are the simulator's own signals, as `homepot-simulator export --step 60` writes them.
Bytes a value are compared with the table and its index, archiving with a bare COPY of the same
rows out of the table, and reading with the same question to the table before.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import psycopg
from fleet import build
from psycopg.conninfo import make_conninfo
from report import Row
from sqlalchemy import text
from stage import data_folder

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.telemetry.archive.archiving import Archived, Archiver
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.batch import EPOCH, Block
from homepot.telemetry.intake.copy_rows import HEADER, TRAILER, copy_rows
from homepot.telemetry.reading import store
from homepot.telemetry.storage.parts import make_parts
from homepot.telemetry.storage.readings import ReadingParts
from homepot.telemetry.storage.sets import MetricSets

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "simulator" / "src"))
from homepot_simulator.fleet import make_fleet
from homepot_simulator.world import World

DAYS = 30
KEPT_DAYS = 30
STEP = timedelta(minutes=1)
READS = 15
_COPY = "COPY device_metrics (device_id, ts, metric_set_id, values) FROM STDIN (FORMAT BINARY)"
_COPY_OUT = "COPY (SELECT * FROM device_metrics ORDER BY device_id, ts) TO STDOUT (FORMAT BINARY)"
_SIZE = """
    SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits
    WHERE inhparent = 'device_metrics'::regclass
"""


def run() -> list[Row]:
    with data_folder() as data, EmbeddedPostgres(data).lease() as url:
        upgrade(url)
        return asyncio.run(_measure(url, data))


async def _measure(url: str, data: Path) -> list[Row]:
    fleet = make_fleet(1)
    tenant_id, _ = await build(url, len(fleet.devices), 4)
    database, archive = Database(url), Archive(data / "archive")
    try:
        end = datetime.combine(now().date(), datetime.min.time(), UTC) - timedelta(days=KEPT_DAYS)
        start = end - timedelta(days=DAYS)
        values, (device, metric) = await _fill(database, tenant_id, World(fleet), start, end)
        table_bytes, copy_s = _bare(url)

        async def from_table() -> int:
            async with database.tenant(tenant_id) as tx:
                found = await store.samples(tx, "readings", device, [metric], start, end)
                return len(found[metric])

        async def from_archive() -> int:
            async with database.tenant(tenant_id) as tx:
                found = await archive.rows(tx, device, start, end, {metric})
                return len(found) if found else 0

        table_ms = await _milliseconds(from_table)
        began_s = time.perf_counter()
        days = [
            one
            async for one in Archiver(url, archive, KEPT_DAYS).run(now(), quiet=timedelta(0))
            if isinstance(one, Archived)
        ]
        archived_s = time.perf_counter() - began_s
        if sum(one.values for one in days) != values:
            raise RuntimeError("not everything was archived")
        archive_ms = await _milliseconds(from_archive)
    finally:
        await database.close()
    size = sum(one.size_bytes for one in days)
    question = "one metric of one device over 30 archived days"
    return [
        Row("simulated fleet archived", size / values, "B/value", "table", table_bytes / values),
        Row("archiving", values / archived_s, "values/s", "bare COPY out", values / copy_s),
        Row(question, archive_ms, "ms", "table", table_ms),
    ]


async def _fill(
    database: Database, tenant_id: int, world: World, start: datetime, end: datetime
) -> tuple[int, tuple[int, str]]:
    """How many values there are, and a device with one of its metrics."""
    async with database.system() as tx:
        numbers = list((await tx.execute(text("SELECT id FROM devices ORDER BY id"))).scalars())
    days = [(start + timedelta(days=number)).date() for number in range(DAYS)]
    await make_parts(database.url, [ReadingParts()], days)
    first_us, end_us, step_us = (
        int(span / timedelta(microseconds=1)) for span in (start - EPOCH, end - EPOCH, STEP)
    )
    times = np.arange(first_us, end_us, step_us, dtype=np.int64)
    sets, values, asked = MetricSets(database), 0, (0, "")
    async with (
        await psycopg.AsyncConnection.connect(make_conninfo(database.url)) as connection,
        connection.cursor() as cursor,
        cursor.copy(_COPY) as stream,
    ):
        await stream.write(HEADER)
        for number, device in zip(numbers, world.fleet.devices, strict=True):
            made = world.values(device.key, times)
            names = tuple(sorted(made.metrics))
            order = [list(made.metrics).index(name) for name in names]
            block = Block(
                tenant_id,
                await sets.ensure(tenant_id, names),
                names,
                np.full(len(made.times_us), number),
                made.times_us,
                made.values[:, order],
            )
            await stream.write(copy_rows(block))
            values += int(np.count_nonzero(~np.isnan(made.values)))
            asked = (number, names[0])
        await stream.write(TRAILER)
    return values, asked


def _bare(url: str) -> tuple[float, float]:
    """The bytes of the table, and the seconds a bare COPY of all of it takes."""
    with psycopg.connect(make_conninfo(url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE device_metrics")
        row = connection.execute(_SIZE).fetchone()
        began_s = time.perf_counter()
        with connection.cursor().copy(_COPY_OUT) as stream:
            for _ in stream:
                pass
        return float(row[0]) if row else 0.0, time.perf_counter() - began_s


async def _milliseconds(ask: Callable[[], Awaitable[int]]) -> float:
    taken = []
    for _ in range(READS):
        began_s = time.perf_counter()
        if await ask() < DAYS * 1_000:
            raise RuntimeError("there are readings missing")
        taken.append((time.perf_counter() - began_s) * 1_000)
    return median(taken)
