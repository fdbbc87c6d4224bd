"""From an acknowledged reading to its incident and its alert, with 5,000 devices that report.

The API and the worker run as processes of their own. A day and some hours of history are there;
then every device reports each ten seconds, and some run hot. The time of a fault is from the
answer to the report that gave it away until its incident's row of history is seen in the database,
and until its notice lies in the outbox of a channel; a look each 10 ms counts against us. How long
the memory of past incidents then takes to be asked what each is like stands beside it.
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
# A channel that needs nobody on the other side, and the rule that the first channel brings.
_CHANNEL = (
    "INSERT INTO alert_channels (tenant_id, public_id, name, kind, shown, length, created_at)"
    " VALUES (%(tenant)s, 'CHANNEL-1', 'Desk', 'dashboard', 'the dashboards', 'short', now())"
)
_RULE = (
    "INSERT INTO alert_rules (tenant_id, public_id, name, severity_min, opening,"
    " during_maintenance, channel_ids, digest, digest_at, timezone, tells_over, created_at)"
    " VALUES (%(tenant)s, 'RULE-1', 'All', 'warning', 'always', false, '{CHANNEL-1}', 'none',"
    " '08:00', 'UTC', true, now())"
)
_OPENED = (
    "SELECT d.public_id, a.detected_at FROM incident_history h"
    " JOIN incident_anomalies l ON l.incident_id = h.incident_id"
    " JOIN ai_anomaly_logs a ON a.id = l.anomaly_id JOIN devices d ON d.id = a.device_id"
    " WHERE h.what IN ('opened', 'joined', 'wider')"
)
_TOLD = (
    "SELECT d.public_id, a.detected_at FROM alert_notices n"
    " JOIN alerts al ON al.id = n.alert_id"
    " JOIN incidents i ON i.tenant_id = al.tenant_id AND i.public_id = al.incident_id"
    " JOIN incident_anomalies l ON l.incident_id = i.id"
    " JOIN ai_anomaly_logs a ON a.id = l.anomaly_id JOIN devices d ON d.id = a.device_id"
    " WHERE n.what = 'opened'"
)
_RECALLED = (
    "SELECT d.public_id, a.detected_at FROM incident_likenesses k"
    " JOIN incident_anomalies l ON l.incident_id = k.incident_id"
    " JOIN ai_anomaly_logs a ON a.id = l.anomaly_id JOIN devices d ON d.id = a.device_id"
)
LOOKED_FOR = {"incident": _OPENED, "alert in the outbox": _TOLD, "what it resembles": _RECALLED}
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
            return _measure(url, data, port, tenant_id, token, values)


def _measure(url: str, data: Path, port: int, tenant_id: int, token: str, values: int) -> list[Row]:
    environment = {**os.environ, "HOMEPOT_DATA": str(data)}
    command = [sys.executable, "-m", "homepot.worker"]
    began_s = time.perf_counter()
    with (data / "worker.log").open("wb") as log:
        worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603
    try:
        with psycopg.connect(make_conninfo(url), autocommit=True) as owner:
            owner.execute("SET ROLE homepot_system")
            for statement in (_CHANNEL, _RULE):
                owner.execute(statement, {"tenant": tenant_id})
            _until_learned(owner, worker)
            learned_s = time.perf_counter() - began_s
            told = asyncio.run(_report(owner, port, token))
    finally:
        worker.terminate()
        worker.wait(30)
    rows = [Row("incidents: faults found", len(told["incident"]), "devices", "that ran hot", HOT)]
    for what, late in told.items():
        for share in (50, 99):
            seconds = float(np.percentile(list(late.values()), share))
            limit = (
                ("is waited for", 8.0) if what == "what it resembles" else ("must be below", 2.0)
            )
            rows.append(Row(f"acknowledged to {what}", seconds, f"s p{share}", *limit))
    learned = values / learned_s
    return [*rows, Row("starting and learning from history", learned, "values/s", "values", values)]


def _until_learned(owner: psycopg.Connection[tuple[int]], worker: subprocess.Popen[bytes]) -> None:
    while True:
        found = owner.execute(_LEARNED).fetchone()
        if found and found[0]:
            return
        if worker.poll() is not None:
            raise RuntimeError("the worker has ended")
        time.sleep(0.2)


async def _report(
    owner: psycopg.Connection[tuple[int]], port: int, token: str
) -> dict[str, dict[str, float]]:
    """Of each thing looked for, by device: the seconds from the answer until it was seen."""
    acknowledged: dict[tuple[str, int], float] = {}
    seen: dict[str, dict[str, float]] = {what: {} for what in LOOKED_FOR}
    stop = asyncio.Event()

    async def look() -> None:
        while not stop.is_set():
            for what, statement in LOOKED_FOR.items():
                found = await asyncio.to_thread(_all, owner, statement)
                at = time.monotonic()
                for device, detected_at in found:
                    answered = acknowledged.get((device, round(detected_at.timestamp())))
                    if answered is not None:
                        seen[what].setdefault(device, at - answered)
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


def _all(owner: psycopg.Connection[tuple[int]], statement: str) -> list[tuple[str, datetime]]:
    return owner.execute(statement).fetchall()  # type: ignore[return-value]


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
