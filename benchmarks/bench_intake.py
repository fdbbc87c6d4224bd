"""POST /api/telemetry: rows of 50 metrics, sent, decoded, checked, committed and acknowledged.

The peer is the best bare binary COPY of the same rows, already encoded, into the same table over
one, two or three connections in the same run: what the database alone can take in. Everything
shares one machine: the senders, the server and the database.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from threading import Lock

import msgspec
import numpy as np
import psutil
import psycopg
from fleet import build
from load import Asker, HttpSender, measure, post
from psycopg.conninfo import make_conninfo
from report import Row
from stage import data_folder, database, free_port, product, stores, uvicorn_command

from homepot.core.database import Database
from homepot.telemetry.intake.batch import Block
from homepot.telemetry.intake.copy_rows import HEADER, TRAILER, copy_rows
from homepot.telemetry.prometheus.tests.encoding import body
from homepot.telemetry.storage.parts import make_parts
from homepot.telemetry.storage.readings import ReadingParts
from homepot.telemetry.storage.sets import MetricSets

DEVICES = 500
METRICS = tuple(f"metric_{n:02d}" for n in range(50))
ROWS = 5_000
BATCHES = 48
SENDERS = 4
WARM = 1
SINGLES = 1_500
# A scrape of so many devices in one request of remote write: 10,000 samples.
SCRAPED = 200
NO_LIMITS = {
    "HOMEPOT_REQUESTS_PER_SECOND_MAX": "1000000",
    "HOMEPOT_REQUESTS_BURST_MAX": "1000000",
}
_COPY = "COPY device_metrics (device_id, ts, metric_set_id, values) FROM STDIN (FORMAT BINARY)"
_DAY_US = 86_400_000_000
_START_US = 1_790_000_000_000_000 // _DAY_US * _DAY_US


class Made:
    """Rows that are never the same twice, of one day, so that all go the fast way."""

    def __init__(self) -> None:
        random = np.random.default_rng(7)
        self.values = np.round(random.normal(50, 15, (ROWS, len(METRICS))), 2)
        self.device = np.arange(ROWS) % DEVICES
        self._moment_us = _START_US

    def moments_us(self) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        at_us = self._moment_us + np.arange(ROWS) // DEVICES * 1_000
        self._moment_us += ROWS // DEVICES * 1_000
        return at_us


def columns(made: Made) -> bytes:
    return msgspec.msgpack.encode(
        {
            "metrics": METRICS,
            "device_ids": [f"pos_{n}" for n in range(DEVICES)],
            "device": made.device.astype("<i4").tobytes(),
            "timestamps": made.moments_us().astype("<i8").tobytes(),
            "values": made.values.tobytes(),
        }
    )


def json_rows(made: Made) -> bytes:
    rows = [
        {
            "device_id": f"pos_{device}",
            "timestamp": at_us / 1e6,
            "metrics": dict(zip(METRICS, values, strict=True)),
        }
        for device, at_us, values in zip(
            made.device.tolist(),
            made.moments_us().tolist(),
            made.values.tolist(),
            strict=True,
        )
    ]
    return json.dumps({"readings": rows}).encode()


class CopyAsker(Asker):
    """A bare COPY of rows that were encoded beforehand, committed."""

    def __init__(self, url: str, bodies: Iterator[bytes]) -> None:
        self._connection = psycopg.connect(make_conninfo(url), autocommit=True)
        self._connection.execute("SET ROLE homepot_system")
        self._bodies = bodies

    def ask(self) -> None:
        with self._connection.cursor().copy(_COPY) as stream:
            stream.write(next(self._bodies))

    def close(self) -> None:
        self._connection.close()


class Shared:
    """One supply for all threads."""

    def __init__(self, items: list[bytes]) -> None:
        self._items = iter(items)
        self._lock = Lock()

    def __iter__(self) -> "Shared":
        return self

    def __next__(self) -> bytes:
        with self._lock:
            return next(self._items)


def run() -> list[Row]:
    return [
        replace(row, name=f"{store}{row.name}")
        for store in stores()
        for row in _measured(on_timescaledb=bool(store))
    ]


def _measured(*, on_timescaledb: bool) -> list[Row]:
    with data_folder() as data, database(data, on_timescaledb=on_timescaledb) as url:
        tenant_id, token = asyncio.run(build(url, DEVICES, 4))
        made = Made()
        metric_set = asyncio.run(_prepare(url, tenant_id))
        port = free_port()
        with product(uvicorn_command(port), data, port, **NO_LIMITS):
            bare = _bare(url, tenant_id, metric_set, made)
            rows = _batches("by column", columns, "application/msgpack", made, port, token, bare)
            rows += _batches("JSON rows", json_rows, "application/json", made, port, token, bare)
            rows += _remote_write(made, port, token, bare)
            rows += _single(made, port, token, bare)
        rows += _stored(url)
        return rows


async def _prepare(url: str, tenant_id: int) -> int:
    """The day is there and the set is known, as they are for all but the first batch of a day."""
    days = {np.datetime64(_START_US, "us").astype("M8[D]").astype(object)}
    await make_parts(url, (ReadingParts(),), days)
    database = Database(url)
    try:
        return await MetricSets(database).ensure(tenant_id, METRICS)
    finally:
        await database.close()


def _bare(url: str, tenant_id: int, metric_set: int, made: Made) -> float:
    """Values a second of the best of one, two and three connections."""

    def encoded() -> bytes:
        device = made.device + 1_000_000  # no device of the product: the rows never collide
        block = Block(tenant_id, metric_set, METRICS, device, made.moments_us(), made.values)
        return HEADER + bytes(copy_rows(block)) + TRAILER

    best = 0.0
    for connections in (1, 2, 3):
        asks = BATCHES // connections
        supply = Shared([encoded() for _ in range(connections * (asks + WARM))])
        load = measure(partial(CopyAsker, url, supply), readers=connections, asks=asks, warm=WARM)
        best = max(best, load.per_second * ROWS * len(METRICS))
    return best


def _batches(
    name: str,
    make: Callable[[Made], bytes],
    content_type: str,
    made: Made,
    port: int,
    token: str,
    bare: float,
) -> list[Row]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    asks = BATCHES // SENDERS
    supply = Shared(
        [post("/api/telemetry", headers, make(made)) for _ in range(SENDERS * (asks + WARM))]
    )
    return _sent(name, port, supply, asks, ROWS * len(METRICS), bare)


def _sent(
    name: str, port: int, supply: Shared, asks: int, values_per_request: int, bare: float
) -> list[Row]:
    """What came in, how long the senders waited, and what the server's process did for it."""
    server = _server(port)
    before_s = _processor_s(server)
    load = measure(partial(HttpSender, port, supply), readers=SENDERS, asks=asks, warm=WARM)
    took_ms = (_processor_s(server) - before_s) * 1_000 / (SENDERS * (asks + WARM))
    peer, bare_ms = "bare COPY of a batch", values_per_request / bare * 1_000
    return [
        Row(name, load.per_second * values_per_request, "values/s", "best bare COPY", bare),
        Row(name, load.percentile_ms(50), "ms p50", peer, bare_ms),
        Row(name, load.percentile_ms(99), "ms p99", peer, bare_ms),
        Row(name, took_ms, "ms CPU of the API a batch", peer, bare_ms),
    ]


def _server(port: int) -> psutil.Process:
    """The API, which was started on this port."""
    return next(one for one in psutil.Process().children() if str(port) in one.cmdline())


def _processor_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _remote_write(made: Made, port: int, token: str, bare: float) -> list[Row]:
    """Prometheus: every sample comes with all the labels of its series."""
    asks = BATCHES // SENDERS
    per_request = SCRAPED * len(METRICS)
    start_ms = (_START_US + _DAY_US // 4) // 1_000
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/x-protobuf",
        "Content-Encoding": "snappy",
    }

    def scrape(at_ms: int) -> bytes:
        return body(
            *(
                (_labels(device, metric), [(value, at_ms)])
                for device, values in enumerate(made.values[:SCRAPED].tolist())
                for metric, value in zip(METRICS, values, strict=True)
            )
        )

    supply = Shared(
        [
            post("/api/prometheus/write", headers, scrape(start_ms + n))
            for n in range(SENDERS * (asks + WARM))
        ]
    )
    return _sent("remote write", port, supply, asks, per_request, bare)


def _labels(device: int, metric: str) -> dict[str, str]:
    return {
        "__name__": metric,
        "device_id": f"pos_{device}",
        "instance": f"pos-{device}.example.org:9100",
        "job": "node",
    }


def _single(made: Made, port: int, token: str, bare: float) -> list[Row]:
    """One device a request, one row of 50 metrics."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    values = dict(zip(METRICS, made.values[0].tolist(), strict=True))
    requests = [
        post(
            "/api/telemetry",
            headers,
            json.dumps(
                [
                    {
                        "device_id": f"pos_{n % DEVICES}",
                        "timestamp": (_START_US + _DAY_US // 2 + n) / 1e6,
                        "metrics": values,
                    }
                ]
            ).encode(),
        )
        for n in range(SINGLES + SENDERS * 20)
    ]
    supply = Shared(requests)
    load = measure(partial(HttpSender, port, supply), readers=SENDERS, asks=SINGLES // SENDERS)
    return [
        Row(
            "one device a request",
            load.per_second,
            "requests/s",
            "rows of bare COPY",
            bare / 50,
        ),
        Row(
            "one device a request",
            load.percentile_ms(99),
            "ms p99",
            "p50",
            load.percentile_ms(50),
        ),
    ]


def _stored(url: str) -> list[Row]:
    """Bytes a value in the table with its index, beside the eight that a number has."""
    with psycopg.connect(make_conninfo(url)) as connection:
        row = connection.execute(
            "SELECT sum(pg_total_relation_size(inhrelid))::float8 FROM pg_inherits"
            " WHERE inhparent = 'device_metrics'::regclass"
        ).fetchone()
        connection.execute("SET ROLE homepot_system")
        count = connection.execute("SELECT count(*) FROM device_metrics").fetchone()
    assert row is not None
    assert count is not None
    return [
        Row(
            "stored, hot",
            row[0] / count[0] / len(METRICS),
            "bytes/value",
            "a float8",
            8.0,
        )
    ]
