"""Questions over 10,000 devices and 30 days, one asker alone and ten at once; and the first words.

Readings come every ten minutes. Each answer of the kind that takes long stands beside the bare
statement that it cannot do without; the others beside what is promised: 150 ms alone, a second
with ten, two seconds to the first words of the model that comes along.
"""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from functools import partial
from http.client import HTTPConnection, HTTPResponse

import psycopg
from bench_llm import MODEL, serving
from fleet import build
from load import Asker, Load, measure
from month import make_month
from psycopg.conninfo import make_conninfo
from report import Row
from stage import data_folder, free_port, product, uvicorn_command

from homepot.core.clock import now
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade

DEVICES = 10_000
SITES = 100
ALONE_MS, TOGETHER_MS, WORDS_MS = 150.0, 1_000.0, 2_000.0
ASKERS = 10
ASKS = 20
ASKS_OF_EACH = 12
TOLD = 8
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
    "all above a limit now": ["Which POS terminals currently have disk usage above {percent}%?"],
    "all that are silent": ["Which devices have not reported in the last {few} hours?"],
    "incidents": ["How many incidents did we have in the last {many} days?"],
    "growth of one": ["Did disk usage on pos_{n} grow over the last 7 days?"],
    "pauses of all, 7 days": ["Which devices had gaps in their readings in the last {week} hours?"],
    "uptime of all, 7 days": ["What was the uptime of all devices over the last {week} hours?"],
    "the top 3 of all, 7 days": [
        "List the top 3 POS terminals by average {metric} over the last {week} hours."
    ],
}
_CUT_SHORT: list[str] = []
_HARD = "the top 3 of all, 7 days"
_TOPICS = ("network latency", "disk usage", "memory usage", "CPU usage")

# What "the top 3 of all, 7 days" cannot do without: whole days, quarters of days and hours.
_BARE = """
    SELECT device_id, sum(n), sum(total) FROM (
        SELECT r.device_id, r.counts[1] AS n, r.sums[1] AS total FROM rollups_1d AS r
        WHERE r.bucket >= date_trunc('day', now() - interval '6 days')
            AND r.bucket < date_trunc('day', now())
        UNION ALL
        SELECT r.device_id, r.counts[1], r.sums[1] FROM rollups_6h AS r
        WHERE r.bucket >= date_trunc('day', now())
                AND r.bucket < date_bin('6 hours', now(), date_trunc('day', now()))
            OR r.bucket >= date_bin('6 hours', now(), date_trunc('day', now())) - interval '162 h'
                AND r.bucket < date_trunc('day', now() - interval '6 days')
        UNION ALL
        SELECT r.device_id, r.counts[1], r.sums[1] FROM rollups_1h AS r
        WHERE r.bucket >= date_bin('6 hours', now(), date_trunc('day', now()))
                AND r.bucket < date_trunc('hour', now())
            OR r.bucket >= now() - interval '7 days' AND r.bucket
                < date_bin('6 hours', now(), date_trunc('day', now())) - interval '162 h'
    ) AS each_bucket GROUP BY 1
"""


class QuestionAsker(Asker):
    """Asks one after the other of those that all askers share; each must be answered."""

    def __init__(self, port: int, token: str, questions: "itertools.cycle[str]") -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._questions = questions

    def ask(self) -> None:
        question = next(self._questions)
        body = json.dumps({"question": question})
        try:
            answer = self._answer(body)
        except ConnectionError:  # it lay idle for long while others got ready
            self._connection.close()
            answer = self._answer(body)
        found = json.loads(answer.read())
        if answer.status == 200 and "took longer" in found["answer"]:
            _CUT_SHORT.append(question)  # its time counts as the others', and it is told at the end
        elif answer.status != 200 or found["result"]["kind"] == "none":
            raise RuntimeError(f"{question}: {json.dumps(found)[:500]}")

    def _answer(self, body: str) -> HTTPResponse:
        self._connection.request("POST", "/api/ai/query", body, self._headers)
        return self._connection.getresponse()

    def close(self) -> None:
        self._connection.close()


def run() -> list[Row]:
    with data_folder() as data, EmbeddedPostgres(data).lease() as url, serving(data) as (model, _):
        upgrade(url)
        tenant_id, token = asyncio.run(build(url, DEVICES, SITES))
        asyncio.run(make_month(url, tenant_id, now()))
        port = free_port()
        settings = {**_NO_LIMITS, "HOMEPOT_MODEL_SERVER_PORT": model.rpartition(":")[2]}
        with product(uvicorn_command(port), data, port, **settings):
            return asked_of(port, token, url, tenant_id)


def asked_of(port: int, token: str, url: str, tenant_id: int) -> list[Row]:
    """The figures of a server that has the month."""
    rows, alone = [], []
    for name in QUESTIONS:
        found = _asked(port, token, [name], readers=1, asks=ASKS)
        alone.append(found)
        rows += _rows(name, found, ALONE_MS)
        if name == _HARD:
            bare = measure(partial(BareAsker, url, tenant_id), readers=1, asks=ASKS, warm=4)
            rows += [
                Row(name, found.percentile_ms(percent), f"ms p{percent}", "bare SQL",
                    bare.percentile_ms(percent))
                for percent in (50, 95)
            ]  # fmt: skip
    every = Load([one for found in alone for one in found.took_ms], sum(x.wall_s for x in alone))
    rows += _rows("all kinds, one asker", every, ALONE_MS)
    together = _asked(port, token, list(QUESTIONS), readers=ASKERS, asks=ASKS_OF_EACH)
    rows += _rows(f"all kinds, {ASKERS} at once", together, TOGETHER_MS)
    results, words = zip(*(_told(port, token, n) for n in range(TOLD)), strict=True)
    asked = len(every.took_ms) + len(together.took_ms)
    rows.append(Row("cut short after 10 s", float(len(_CUT_SHORT)), "", "of", float(asked)))
    return [*rows, _told_row("streamed: the result", results, ALONE_MS),
            _told_row(f"streamed: first words of {MODEL}", words, WORDS_MS)]  # fmt: skip


def _told_row(name: str, took_ms: Sequence[float], goal_ms: float) -> Row:
    """Of few tries the slowest but for the first, which loads the model."""
    return Row(name, max(took_ms[1:]), f"ms, slowest of {TOLD - 1}", "goal", goal_ms)


def _told(port: int, token: str, number: int) -> tuple[float, float]:
    """Milliseconds to the result and to the first words of one streamed answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    question = f"What was the maximum CPU usage of pos_{number} in the last 24 hours?"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    began_s = time.perf_counter()
    connection.request(
        "POST", "/api/ai/query", json.dumps({"question": question, "stream": True}), headers
    )
    answer = connection.getresponse()
    at_ms: dict[str, float] = {}
    while line := answer.readline():
        if line.startswith(b"event: "):
            name = line.decode().removeprefix("event: ").strip()
            at_ms.setdefault(name, (time.perf_counter() - began_s) * 1_000)
    connection.close()
    # Where the model says more than is known nothing is shown, and the written answer stands.
    return at_ms["result"], at_ms.get("words", at_ms["done"])


class BareAsker(Asker):
    """The statement alone, on a connection that stays with the tenant."""

    def __init__(self, url: str, tenant_id: int) -> None:
        self._connection = psycopg.connect(make_conninfo(url), autocommit=True)
        self._connection.execute("SET ROLE homepot_tenant")
        self._connection.execute(
            "SELECT set_config('homepot.tenant_id', %s, false)", [str(tenant_id)]
        )

    def ask(self) -> None:
        self._connection.execute(_BARE).fetchall()

    def close(self) -> None:
        self._connection.close()


def _asked(port: int, token: str, names: list[str], *, readers: int, asks: int) -> Load:
    questions = itertools.cycle(
        [
            text.format(**_places(n))
            for n in range(SITES)
            for name in names
            for text in QUESTIONS[name]
        ]
    )
    reader = partial(QuestionAsker, port, token, questions)
    return measure(reader, readers=readers, asks=asks, warm=4)


def _places(n: int) -> dict[str, object]:
    """No question is asked twice within the time for which answers are remembered."""
    return {
        "n": n,
        "m": (n + 1) % SITES,
        "metric": _TOPICS[n % len(_TOPICS)],
        "percent": 80 + n / 10,
        "few": 3 + n,
        "many": 20 + n,
        "week": 7 * 24 - n % 24,
    }


def _rows(name: str, found: Load, goal_ms: float) -> list[Row]:
    return [
        Row(name, found.percentile_ms(percent), f"ms p{percent}", "goal", goal_ms)
        for percent in (50, 95)
    ]
