"""What 30 days of a site of 1,000 devices amount to, and what one device did in them, over HTTP.

Ten metrics each, in rollups as the product keeps them; each device has been offline a few times,
and some had incidents. The peer is the goal.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial

import psutil
import psycopg
from fleet import build
from load import HttpAsker, measure
from psycopg.conninfo import make_conninfo
from report import Row
from stage import data_folder, free_port, product, uvicorn_command

from homepot.core.clock import now
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.telemetry.rollups.service import ROLLUPS
from homepot.telemetry.storage.native import NativeParts
from homepot.telemetry.storage.parts import make_parts

DEVICES = 1_000
DAYS = 30
ASKS = 8
WARM = 2
SITE_GOAL_MS = 2_000.0
DEVICE_GOAL_MS = 500.0
METRICS = (
    "cpu_percent", "memory_percent", "disk_percent", "swap_percent", "load_5m",
    "network_latency_ms", "packet_loss_percent", "error_rate", "queue_depth", "battery_percent",
)  # fmt: skip
_NO_LIMITS = {
    "HOMEPOT_REQUESTS_PER_SECOND_MAX": "1000000",
    "HOMEPOT_REQUESTS_BURST_MAX": "1000000",
}
_SETS = "INSERT INTO metric_sets (tenant_id, digest, metrics) VALUES (%s, 'one', %s) RETURNING id"
_METRICS = """
    INSERT INTO metrics (tenant_id, name, origin)
    SELECT %s, name, 'shipped' FROM unnest(%s::text[]) AS name
"""
_ROLLED = """
    INSERT INTO {table}
    SELECT d.id, b, %(set)s, array_fill(60, ARRAY[w]), array_fill(1::float8, ARRAY[w]),
        array_fill(9::float8, ARRAY[w]),
        array(SELECT 60 * (5 + random()) FROM generate_series(1, w)),
        array_fill(5::float8, ARRAY[w])
    FROM devices d, cardinality(%(metrics)s::text[]) AS w,
        generate_series(date_trunc('{unit}', now(), 'UTC') - interval '31 days', now(),
            interval '1 {unit}') AS b
"""
_LATEST = """
    INSERT INTO device_latest (device_id, metric_set_id, ts, values)
    SELECT id, %(set)s, now(), array_fill(5::float8, ARRAY[cardinality(%(metrics)s::text[])])
    FROM devices
"""
_MADE = """
    INSERT INTO telemetry_readers (name, low, read_at)
    VALUES (%s, pg_snapshot_xmin(pg_current_snapshot()), now())
"""
_CHANGES = """
    INSERT INTO connectivity_changes (tenant_id, device_id, at, state, previous)
    SELECT tenant_id, id, now() - n * interval '17 hours' - id * interval '1 second',
        CASE WHEN n % 2 = 0 THEN 'offline' ELSE 'online' END,
        CASE WHEN n % 2 = 0 THEN 'online' ELSE 'offline' END
    FROM devices, generate_series(1, 40) AS n
"""
_INCIDENTS = """
    INSERT INTO incidents (tenant_id, public_id, site_id, device_id, state, category, severity,
        title, description, search, started_at, opened_at, ended_at, changed_at)
    SELECT tenant_id, 'INC-' || id || '-' || n, site_id, id, 'closed', 'temperature', 'warning',
        'too warm', 'too warm', '', at, at, at + interval '1 hour', at + interval '1 hour'
    FROM devices, generate_series(1, 3) AS n,
        LATERAL (SELECT now() - n * interval '8 days' - id * interval '7 minutes' AS at) AS t
    WHERE id % 5 = 0
"""
_SCORES = """
    INSERT INTO device_health (device_id, tenant_id, score, status, factors, since)
    SELECT id, tenant_id, 1, 'healthy', '[]', now() FROM devices
"""


SITE = ("insights of 1,000 devices", "/api/ai/insights/site_0", SITE_GOAL_MS)
DEVICE = ("30 days of a device", "/api/ai/analyze/pos_10?period=30d", DEVICE_GOAL_MS)


def run() -> list[Row]:
    with lived() as (port, token):
        return [row for one in (SITE, DEVICE) for row in asked(port, token, *one)]


@contextmanager
def lived() -> Iterator[tuple[int, str]]:
    """The product with a month of a fleet: its port, and a token."""
    with data_folder() as data, EmbeddedPostgres(data).lease() as url:
        upgrade(url)
        tenant_id, token = asyncio.run(build(url, DEVICES, 1))
        asyncio.run(_live(url, tenant_id))
        port = free_port()
        with product(uvicorn_command(port), data, port, **_NO_LIMITS):
            yield port, token


def asked(port: int, token: str, name: str, path: str, goal_ms: float) -> list[Row]:
    before = spent_s()
    ours = measure(partial(HttpAsker, port, path, token), readers=1, asks=ASKS, warm=WARM)
    busy_ms = 1_000 * (spent_s() - before) / (ASKS + WARM)
    return [
        Row(name, ours.percentile_ms(50), "ms p50", "goal", goal_ms),
        Row(name, ours.percentile_ms(95), "ms p95", "goal", goal_ms),
        Row(f"{name}, processor", busy_ms, "ms", "p50", ours.percentile_ms(50)),
    ]


def spent_s() -> float:
    """Of the processor, by the product and its database, both begun here."""
    found = 0.0
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            found += times.user + times.system
    return found


async def _live(url: str, tenant_id: int) -> None:
    """A month of a fleet, written at once."""
    days = {(now() - timedelta(days=number)).date() for number in range(DAYS + 2)}
    await make_parts(url, [NativeParts(parted) for parted in ROLLUPS], days)
    async with await psycopg.AsyncConnection.connect(make_conninfo(url), autocommit=True) as owner:
        async with owner.transaction():
            await owner.execute("SET LOCAL ROLE homepot_system")
            made = await owner.execute(_SETS, [tenant_id, list(METRICS)])
            given = {"set": (await made.fetchall())[0][0], "metrics": list(METRICS)}
            await owner.execute(_METRICS, [tenant_id, list(METRICS)])
            tables = {parted.table for parted in ROLLUPS}
            for unit, table in (("hour", "device_rollups_1h"), ("day", "device_rollups_1d")):
                if table in tables:
                    await owner.execute(_ROLLED.format(table=table, unit=unit).encode(), given)
            await owner.execute(_LATEST, given)
            readers = ["rollups"] + (["rollups of days"] if "device_rollups_1d" in tables else [])
            for name in readers:
                await owner.execute(_MADE, [name])
            for statement in (_CHANGES, _INCIDENTS, _SCORES):
                await owner.execute(statement)
        await owner.execute("VACUUM ANALYZE")
