"""Reading out: a month of one metric, the newest values of all, and how soon a page hears of it.

The peers: the statement alone over psycopg for the first two, the goal for the last.
"""

import asyncio
import json
import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial

import httpx
import psycopg
from fleet import build
from load import Asker, HttpAsker, HttpClient, measure, post
from psycopg.conninfo import make_conninfo
from report import Row
from stage import data_folder, free_port, product, uvicorn_command
from websockets.sync.client import connect

from homepot.core.clock import now
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.telemetry.rollups.service import ROLLUPS
from homepot.telemetry.storage.native import NativeParts
from homepot.telemetry.storage.parts import make_parts
from homepot.telemetry.storage.readings import ReadingParts

DEVICES = 10_000
METRICS = tuple(f"metric_{n:02d}" for n in range(10))
DAYS = 30
ASKS = 40
POINTS = 1_000
PROBES = 60
LOAD_PER_SECOND = 200
LOAD_SENDERS = 4
LOAD_DEVICES = 100  # a page that hears of more is told to look for itself
HEARD_GOAL_MS = 1_000.0
_NO_LIMITS = {
    "HOMEPOT_REQUESTS_PER_SECOND_MAX": "1000000",
    "HOMEPOT_REQUESTS_BURST_MAX": "1000000",
}
_MONTH = """
    INSERT INTO device_rollups_5m
    SELECT d.id, b, s.id, array_fill(5, ARRAY[w]), array_fill(1::float8, ARRAY[w]),
        array_fill(9::float8, ARRAY[w]), array_fill(25::float8, ARRAY[w]),
        array_fill(5::float8, ARRAY[w])
    FROM devices d, metric_sets s, cardinality(s.metrics) AS w,
        generate_series(date_bin('5 min', now(), timestamptz '2000-01-01 00:00+00')
            - interval '30 days', now(), interval '5 min') AS b
    WHERE d.public_id LIKE 'pos_1_' AND s.metrics = %s
"""
# Rollups were made a moment ago: nothing is behind.
_MADE = """
    INSERT INTO telemetry_readers (name, low, read_at)
    VALUES ('rollups', pg_snapshot_xmin(pg_current_snapshot()), now())
"""
_LATE_DAY = """
    INSERT INTO device_metrics (device_id, ts, metric_set_id, values)
    SELECT d.id, t, s.id, array_fill(5::float8, ARRAY[cardinality(s.metrics)])
    FROM devices d, metric_sets s,
        generate_series(%s::date, %s::date + interval '23 h 59 min', interval '1 min') AS t
    WHERE d.public_id LIKE 'pos_1_' AND s.metrics = %s
"""
_LATE_COMMIT = """
    INSERT INTO telemetry_commits (rows, ts_min, ts_max, device_ids)
    SELECT 1440, %s::date, %s::date + interval '23 h 59 min', array_agg(id ORDER BY id)
    FROM devices WHERE public_id LIKE 'pos_1_'
"""
_CHART_ALONE = """
    SELECT r.bucket, r.counts[1], r.lows[1], r.highs[1], r.sums[1], r.lasts[1] FROM rollups_5m r
    WHERE r.device_id = (SELECT id FROM devices WHERE public_id = 'pos_10')
"""
_LATEST_ALONE = """
    SELECT d.public_id, l.ts, l.metric_set_id, l.values
    FROM latest_readings l JOIN devices d ON d.id = l.device_id
"""


class SqlAsker(Asker):
    """On a connection that stays in the tenant."""

    def __init__(self, url: str, tenant_id: int, query: str) -> None:
        self._query = query.encode()
        self._connection = psycopg.connect(make_conninfo(url), autocommit=True, prepare_threshold=0)
        self._connection.execute("SET ROLE homepot_tenant")
        self._connection.execute(
            "SELECT set_config('homepot.tenant_id', %s, false)", [str(tenant_id)]
        )

    def ask(self) -> None:
        if not self._connection.execute(self._query, binary=True).fetchall():
            raise RuntimeError("nothing was found")

    def close(self) -> None:
        self._connection.close()


def run() -> list[Row]:
    with data_folder() as data, EmbeddedPostgres(data).lease() as url:
        upgrade(url)
        tenant_id, token = asyncio.run(build(url, DEVICES, 100))
        port = free_port()
        with product(uvicorn_command(port), data, port, **_NO_LIMITS):
            _report(port, token)
            asyncio.run(_month(url))
            start = (now() - timedelta(days=DAYS)).isoformat().replace("+", "%2B")
            chart = f"/api/devices/pos_10/metrics?metrics=metric_00&points={POINTS}&from={start}"
            asked = (
                ("30 days of one metric", chart, _CHART_ALONE),
                (
                    "newest of 10,000, one metric",
                    _latest("?metrics=metric_00"),
                    _LATEST_ALONE,
                ),
                ("newest of 10,000, ten metrics", _latest(""), _LATEST_ALONE),
            )
            asked = (*asked, ("30 days, one of them late", chart, _CHART_ALONE))
            rows: list[Row] = []
            for name, path, query in asked:
                if name.endswith("late"):
                    asyncio.run(_late_day(url))
                ours = measure(partial(HttpAsker, port, path, token), readers=1, asks=ASKS, warm=5)
                alone = measure(
                    partial(SqlAsker, url, tenant_id, query),
                    readers=1,
                    asks=ASKS,
                    warm=5,
                )
                rows += [
                    Row(
                        name,
                        found.percentile_ms(percent),
                        f"ms p{percent}",
                        "SQL",
                        peer,
                    )
                    for percent in (50, 95)
                    for found, peer in ((ours, alone.percentile_ms(percent)),)
                ]
            heard_ms = sorted(_heard(port, token))
        peer = "goal"
        return [
            *rows,
            Row(
                "stored to an open page",
                heard_ms[len(heard_ms) // 2],
                "ms p50",
                peer,
                HEARD_GOAL_MS,
            ),
            Row("stored to an open page", heard_ms[-1], "ms worst", peer, HEARD_GOAL_MS),
        ]


def _latest(query: str) -> str:
    return f"/api/telemetry/latest{query}"


def _report(port: int, token: str) -> None:
    """Every device reports once, and the newest values are there."""
    headers = {"Authorization": f"Bearer {token}"}
    at = now().isoformat()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
        for first in range(0, DEVICES, 1_000):
            rows = [
                {
                    "device_id": f"pos_{n}",
                    "timestamp": at,
                    "metrics": dict.fromkeys(METRICS, n % 97 + 0.25),
                }
                for n in range(first, first + 1_000)
            ]
            client.post("/api/telemetry", json=rows).raise_for_status()
        while len(client.get(_latest("?metrics=metric_00")).json()["items"]) < DEVICES:
            time.sleep(0.1)


async def _month(url: str) -> None:
    days = {(now() - timedelta(days=number)).date() for number in range(DAYS + 1)}
    await make_parts(url, [NativeParts(parted) for parted in ROLLUPS], days)
    async with await psycopg.AsyncConnection.connect(make_conninfo(url), autocommit=True) as owner:
        async with owner.transaction():
            await owner.execute("SET LOCAL ROLE homepot_system")
            await owner.execute(_MONTH, [list(METRICS)])
            await owner.execute(_MADE)
        for table in ("device_rollups_5m", "device_latest"):
            await owner.execute(f"VACUUM ANALYZE {table}".encode())


async def _late_day(url: str) -> None:
    """A day came by import just now, and its rollups are not made yet."""
    day = (now() - timedelta(days=9)).date()
    await make_parts(url, [ReadingParts()], [day, day + timedelta(days=1)])
    async with await psycopg.AsyncConnection.connect(make_conninfo(url), autocommit=True) as owner:
        async with owner.transaction():
            await owner.execute("SET LOCAL ROLE homepot_system")
            await owner.execute(_LATE_DAY, [day, day, list(METRICS)])
            await owner.execute(_LATE_COMMIT, [day, day])
        await owner.execute("ANALYZE device_metrics")


def _heard(port: int, token: str) -> list[float]:
    """Milliseconds from an acknowledgement until the page knows, with many others sending."""
    stop = threading.Event()
    loads = [
        threading.Thread(target=_load, args=(port, token, number, stop))
        for number in range(LOAD_SENDERS)
    ]
    for load in loads:
        load.start()
    client, waits = HttpClient(port), []
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with connect(f"ws://127.0.0.1:{port}/api/live", additional_headers=headers) as page:
            for number in range(PROBES):
                device = f"pos_{DEVICES - 1 - number}"
                client.round_trip(_request(token, device))
                acknowledged = time.perf_counter()
                while device not in (_event(page.recv(timeout=30)).get("devices") or ()):
                    pass
                waits.append((time.perf_counter() - acknowledged) * 1_000)
                time.sleep(0.037)  # not in step with the server's own beat
    finally:
        stop.set()
        for load in loads:
            load.join()
    return waits


def _event(message: str | bytes) -> dict[str, list[str]]:
    said = json.loads(message)
    data: dict[str, list[str]] = said.get("data") or {}
    return data if said.get("kind") == "readings.stored" else {}


def _load(port: int, token: str, number: int, stop: threading.Event) -> None:
    client, sent, began = HttpClient(port), 0, time.perf_counter()
    while not stop.is_set():
        device = (number + LOAD_SENDERS * sent) % LOAD_DEVICES
        client.round_trip(_request(token, f"pos_{device}"))
        sent += 1
        with suppress(ValueError):  # behind its pace
            time.sleep(began + sent * LOAD_SENDERS / LOAD_PER_SECOND - time.perf_counter())


def _request(token: str, device: str) -> bytes:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    row = {
        "device_id": device,
        "timestamp": now().isoformat(),
        "metrics": {"metric_00": 1.5},
    }
    return post("/api/telemetry", headers, json.dumps([row]).encode())
