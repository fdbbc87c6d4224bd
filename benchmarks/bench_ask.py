"""Questions over 10,000 devices and 30 days, one asker alone and ten at once.

Readings come every ten minutes; of the oldest hours and the last day each is there, of all thirty
days the sums of each hour. The peers are what is promised: 150 ms alone, a second with ten.
"""

import asyncio
import itertools
import json
from datetime import timedelta
from functools import partial
from http.client import HTTPConnection

import psycopg
from fleet import build
from load import Asker, Load, measure
from psycopg.conninfo import make_conninfo
from report import Row
from stage import data_folder, free_port, product, uvicorn_command

from homepot.core.clock import now
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.telemetry.rollups.service import ROLLUPS
from homepot.telemetry.storage.days import READINGS
from homepot.telemetry.storage.native import NativeParts
from homepot.telemetry.storage.parts import make_parts

DEVICES = 10_000
SITES = 100
DAYS = 30
METRICS = (
    "cpu_percent", "disk_percent", "memory_percent", "network_latency_ms", "temperature_celsius",
)  # fmt: skip
ALONE_MS, TOGETHER_MS = 150.0, 1_000.0
ASKERS = 10
ASKS = 40
_NO_LIMITS = {
    "HOMEPOT_REQUESTS_PER_SECOND_MAX": "1000000",
    "HOMEPOT_REQUESTS_BURST_MAX": "1000000",
}
QUESTIONS = {
    "how many at a site": ["How many devices are at Site {n}?"],
    "one device, a day": ["What was the maximum CPU usage of pos_{n} in the last 24 hours?"],
    "one device, 30 days": ["What was the average disk usage of pos_{n} over the last 30 days?"],
    "one device, 95th percentile of a day": [
        "What was the 95th percentile of network latency of pos_{n} in the last 24 hours?"
    ],
    "the highest of a site, a day": [
        "Which device at Site {n} had the highest average CPU usage in the last 24 hours?"
    ],
    "two sites compared, 7 days": [
        "Was average network latency higher at Site {n} than at Site {m} over the last 7 days?"
    ],
    "all above a limit now": ["Which POS terminals currently have disk usage above 97%?"],
    "all that are silent": ["Which devices have not reported in the last 3 hours?"],
    "incidents": ["How many incidents did we have in the last 30 days?"],
    "growth of one": ["Did disk usage on pos_{n} grow over the last 7 days?"],
    "the top 3 of all, 7 days": [
        "List the top 3 POS terminals by average {metric} over the last 7 days."
    ],
}
_HARD = "the top 3 of all, 7 days"
_TOPICS = ("network latency", "disk usage", "memory usage", "CPU usage")

# By device, metric and hour, so that everybody is somewhere else.
_VALUE = "(30 + (d.id * 7 + m * 13 + extract(epoch from AT)::bigint / 3600) %% 60)::float8"
_SET = "INSERT INTO metric_sets (tenant_id, digest, metrics) VALUES (%s, '\\x00', %s) RETURNING id"
_HOURS = """
    INSERT INTO device_rollups_1h (device_id, bucket, metric_set_id, counts, lows, highs, sums,
        lasts)
    SELECT d.id, b, %(set)s, array_fill(6, ARRAY[%(width)s]), v.low, v.high, v.total, v.high
    FROM generate_series(date_bin('1 hour', now(), timestamptz '2000-01-01 00:00+00')
            - interval '30 days', now() - interval '1 hour', interval '1 hour') AS b,
        devices AS d,
        LATERAL (SELECT array_agg(VALUE - 1) AS low,
            array_agg(VALUE + 1) AS high,
            array_agg(VALUE * 6) AS total
            FROM generate_series(1, %(width)s) AS m) AS v
"""
_READINGS = """
    INSERT INTO device_metrics (device_id, ts, metric_set_id, values)
    SELECT d.id, t + d.id %% 600 * interval '1 second', %(set)s,
        (SELECT array_agg(VALUE) FROM generate_series(1, %(width)s) AS m)
    FROM generate_series(%(first)s::timestamptz, %(end)s::timestamptz, interval '10 min') AS t,
        devices AS d
    WHERE t + d.id %% 600 * interval '1 second' < now()
"""
_LATEST = """
    INSERT INTO device_latest (device_id, metric_set_id, ts, values)
    SELECT DISTINCT ON (device_id) device_id, metric_set_id, ts, values FROM device_metrics
    WHERE ts > now() - interval '20 minutes' ORDER BY device_id, ts DESC
"""
_MADE = (
    "INSERT INTO telemetry_readers (name, low, read_at)"
    " VALUES ('rollups', pg_snapshot_xmin(pg_current_snapshot()), now())"
)


class QuestionAsker(Asker):
    """Asks one after the other of those that all askers share; each must be answered."""

    def __init__(self, port: int, token: str, questions: "itertools.cycle[str]") -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._questions = questions

    def ask(self) -> None:
        question = next(self._questions)
        body = json.dumps({"question": question})
        self._connection.request("POST", "/api/ai/query", body, self._headers)
        answer = self._connection.getresponse()
        found = json.loads(answer.read())
        if answer.status != 200 or found["result"]["kind"] == "none":
            raise RuntimeError(f"{question}: {json.dumps(found)[:500]}")

    def close(self) -> None:
        self._connection.close()


def run() -> list[Row]:
    with data_folder() as data, EmbeddedPostgres(data).lease() as url:
        upgrade(url)
        tenant_id, token = asyncio.run(build(url, DEVICES, SITES))
        asyncio.run(_history(url, tenant_id))
        port = free_port()
        with product(uvicorn_command(port), data, port, **_NO_LIMITS):
            rows = []
            for name in QUESTIONS:
                found = _asked(port, token, [name], readers=1, asks=ASKS)
                rows += _rows(name, found, ALONE_MS)
            usual = [name for name in QUESTIONS if name != _HARD]
            together = _asked(port, token, usual, readers=ASKERS, asks=ASKS)
            rows += _rows(f"all but the last, {ASKERS} at once", together, TOGETHER_MS)
            every = _asked(port, token, list(QUESTIONS), readers=ASKERS, asks=ASKS)
            rows += _rows(f"all of them, {ASKERS} at once", every, TOGETHER_MS)
    return rows


def _asked(port: int, token: str, names: list[str], *, readers: int, asks: int) -> Load:
    questions = itertools.cycle(
        [
            text.format(n=n, m=(n + 1) % SITES, metric=_TOPICS[n % len(_TOPICS)])
            for n in range(SITES)
            for name in names
            for text in QUESTIONS[name]
        ]
    )
    reader = partial(QuestionAsker, port, token, questions)
    return measure(reader, readers=readers, asks=asks, warm=4)


def _rows(name: str, found: Load, goal_ms: float) -> list[Row]:
    return [
        Row(name, found.percentile_ms(percent), f"ms p{percent}", "goal", goal_ms)
        for percent in (50, 95)
    ]


async def _history(url: str, tenant_id: int) -> None:
    """Made where it lies: thirty days of hours, and each reading of those that windows end in."""
    moment = now()
    dates = {(moment - timedelta(days=number)).date() for number in range(DAYS + 2)}
    await make_parts(url, [NativeParts(one) for one in (*ROLLUPS, READINGS)], dates)
    async with await psycopg.AsyncConnection.connect(make_conninfo(url), autocommit=True) as owner:
        async with owner.transaction():
            await owner.execute("SET LOCAL ROLE homepot_system")
            await owner.execute("SET LOCAL statement_timeout = 0")
            made = await owner.execute(_SET.encode(), [tenant_id, list(METRICS)])
            row = await made.fetchone()
            assert row is not None
            given = {"set": row[0], "width": len(METRICS)}
            await owner.execute(_HOURS.replace("VALUE", _VALUE.replace("AT", "b")).encode(), given)
            readings = _READINGS.replace("VALUE", _VALUE.replace("AT", "t"))
            for first_h, last_h in ((720, 718), (169, 166), (26, 0)):
                hours = {
                    "first": moment - timedelta(hours=first_h),
                    "end": moment - timedelta(hours=last_h),
                }
                await owner.execute(readings.encode(), given | hours)
            await owner.execute(_LATEST)
            await owner.execute(_MADE)
        for table in ("device_rollups_1h", "device_metrics", "device_latest", "metric_sets"):
            await owner.execute(f"VACUUM ANALYZE {table}".encode())
