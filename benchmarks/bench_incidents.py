"""From an acknowledged reading to the row of its incident, with 5,000 devices that report.

The API and the worker run as processes of their own. A day and some hours of history are there;
then every device reports each ten seconds, and some run hot. The time of a fault is from the
answer to the report that gave it away until its row of history, which is the outbox of alerts, is
seen in the database; what is looked at every 10 ms counts against us.
"""

import asyncio
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import psycopg
from fleet import build
from psycopg.conninfo import make_conninfo
from report import Row
from stage import data_folder, free_port, product, uvicorn_command

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.telemetry.intake.batch import EPOCH, Block
from homepot.telemetry.intake.copy_rows import HEADER, TRAILER, copy_rows
from homepot.telemetry.storage.parts import make_parts
from homepot.telemetry.storage.readings import ReadingParts
from homepot.telemetry.storage.sets import MetricSets

DEVICES = 5_000
SITES = 200
HOURS = 26
HISTORY_STEP = timedelta(minutes=10)
EVERY_S = 10.0
AT_ONCE = 50  # reports in a request
ROUNDS = 9
HOT_ONE_IN = 53
HOT = len(range(0, DEVICES, HOT_ONE_IN))
METRICS = ("cpu_percent", "memory_percent", "network_latency_ms", "temperature_celsius")
_COPY = "COPY device_metrics (device_id, ts, metric_set_id, values) FROM STDIN (FORMAT BINARY)"
_LEARNED = "SELECT count(*) FROM telemetry_readers WHERE name = 'detection'"
_OPENED = (
    "SELECT d.public_id, a.detected_at FROM incident_history h"
    " JOIN incident_anomalies l ON l.incident_id = h.incident_id"
    " JOIN ai_anomaly_logs a ON a.id = l.anomaly_id JOIN devices d ON d.id = a.device_id"
    " WHERE h.what IN ('opened', 'joined', 'wider')"
)
NO_LIMITS = {
    "HOMEPOT_REQUESTS_PER_SECOND_MAX": "1000000",
    "HOMEPOT_REQUESTS_BURST_MAX": "1000000",
}


def run() -> list[Row]:
    with data_folder() as data, EmbeddedPostgres(data).lease() as url:
        upgrade(url)
        tenant_id, token = asyncio.run(build(url, DEVICES, SITES))
        values = asyncio.run(_fill(url, tenant_id))
        port = free_port()
        with product(uvicorn_command(port), data, port, **NO_LIMITS):
            return _measure(url, data, port, token, values)


def _measure(url: str, data: Path, port: int, token: str, values: int) -> list[Row]:
    environment = {**os.environ, "HOMEPOT_DATA": str(data)}
    command = [sys.executable, "-m", "homepot.worker"]
    began_s = time.perf_counter()
    with (data / "worker.log").open("wb") as log:
        worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603
    try:
        with psycopg.connect(make_conninfo(url), autocommit=True) as owner:
            owner.execute("SET ROLE homepot_system")
            _until_learned(owner, worker)
            learned_s = time.perf_counter() - began_s
            told = asyncio.run(_report(owner, port, token))
    finally:
        worker.terminate()
        worker.wait(30)
    late = sorted(told.values())
    p50, p99 = (float(np.percentile(late, share)) for share in (50, 99))
    return [
        Row("incidents: faults found", len(told), "devices", "that ran hot", HOT),
        Row("acknowledged to incident", p50, "s p50", "must be below", 2.0),
        Row("acknowledged to incident", p99, "s p99", "must be below", 2.0),
        Row("starting and learning from history", values / learned_s, "values/s", "values", values),
    ]


def _until_learned(owner: psycopg.Connection[tuple[int]], worker: subprocess.Popen[bytes]) -> None:
    while True:
        found = owner.execute(_LEARNED).fetchone()
        if found and found[0]:
            return
        if worker.poll() is not None:
            raise RuntimeError("the worker has ended")
        time.sleep(0.2)


async def _report(owner: psycopg.Connection[tuple[int]], port: int, token: str) -> dict[str, float]:
    """By device, the seconds from the answer until its incident was seen."""
    acknowledged: dict[tuple[str, int], float] = {}
    seen: dict[str, float] = {}
    stop = asyncio.Event()

    async def look() -> None:
        while not stop.is_set():
            rows = await asyncio.to_thread(lambda: owner.execute(_OPENED).fetchall())
            at = time.monotonic()
            for device, detected_at in rows:
                answered = acknowledged.get((device, round(detected_at.timestamp())))
                if device not in seen and answered is not None:
                    seen[device] = at - answered
            await asyncio.sleep(0.01)

    looking = asyncio.create_task(look())
    headers = {"Authorization": f"Bearer {token}"}
    noise = np.random.default_rng(1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        began = time.monotonic()
        batches = DEVICES // AT_ONCE
        for number in range(ROUNDS * batches):
            wait_s = began + number * EVERY_S / batches - time.monotonic()
            await asyncio.sleep(max(0.0, wait_s))
            turn, batch = divmod(number, batches)
            at = now().replace(microsecond=0)
            devices = [batch + n * batches for n in range(AT_ONCE)]
            rows = [_row(device, at, noise, is_hot=turn >= 2) for device in devices]
            answer = await client.post("/api/telemetry", json=rows, timeout=60)
            answer.raise_for_status()
            for device in devices:
                acknowledged[f"pos_{device}", round(at.timestamp())] = time.monotonic()
    await asyncio.sleep(5)
    stop.set()
    await looking
    return seen


def _row(
    device: int, at: datetime, noise: np.random.Generator, *, is_hot: bool
) -> dict[str, object]:
    cpu, memory, latency, warmth = _usual(noise, 1)[0].tolist()
    hotter = 25.0 if is_hot and device % HOT_ONE_IN == 0 else 0.0
    metrics = zip(METRICS, (cpu, memory, latency, warmth + hotter), strict=True)
    return {"device_id": f"pos_{device}", "timestamp": at.isoformat(), "metrics": dict(metrics)}


def _usual(noise: np.random.Generator, rows: int) -> np.ndarray:
    return noise.normal((35.0, 50.0, 30.0, 40.0), (3.0, 1.0, 2.0, 0.4), (rows, len(METRICS)))


async def _fill(url: str, tenant_id: int) -> int:
    """A history that is long enough to speak after; how many values it has."""
    database = Database(url)
    end = now().replace(microsecond=0) - timedelta(minutes=1)
    start = end - timedelta(hours=HOURS)
    try:
        async with database.system() as tx:
            found = await tx.exec_driver_sql("SELECT id FROM devices ORDER BY id")
            numbers = [number for (number,) in found]
        days = [(start + timedelta(days=n)).date() for n in range(3)]
        await make_parts(url, [ReadingParts()], days)
        metric_set = await MetricSets(database).ensure(tenant_id, METRICS)
    finally:
        await database.close()
    first_us, end_us, step_us = (
        int(span / timedelta(microseconds=1)) for span in (start - EPOCH, end - EPOCH, HISTORY_STEP)
    )
    times = np.arange(first_us, end_us, step_us, dtype=np.int64)
    noise = np.random.default_rng(0)
    async with (
        await psycopg.AsyncConnection.connect(make_conninfo(url)) as connection,
        connection.cursor() as cursor,
        cursor.copy(_COPY) as stream,
    ):
        await stream.write(HEADER)
        for number in numbers:
            device = np.full(len(times), number)
            values = _usual(noise, len(times))
            block = Block(tenant_id, metric_set, METRICS, device, times, values)
            await stream.write(copy_rows(block))
        await stream.write(TRAILER)
    return len(numbers) * len(times) * len(METRICS)
