"""5,000 devices of 50 metrics a minute, for minutes: what the whole product takes of one core.

The API, the worker, their supervisor and the database are counted together, by the processor time
that the system has booked on them; the sender is not. Five minutes when this benchmark is asked
for by name, one minute among the others; SUSTAINED_S says another length.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from fleet import build
from load import HttpClient, post
from report import Row
from stage import data_folder, free_port, product

from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade

DEVICES = 5_000
METRICS = tuple(f"metric_{n:02d}" for n in range(50))
A_BATCH = 100
BURST_S = 30.0
SINGLE_S = 30.0
IDLE_S = 15.0
GOAL_CORES = 0.25
_ENVIRONMENT = {
    "HOMEPOT_REQUESTS_PER_SECOND_MAX": "1000000",
    "HOMEPOT_REQUESTS_BURST_MAX": "1000000",
}
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def run() -> list[Row]:
    length_s = float(os.environ.get("SUSTAINED_S") or (300 if "sustained" in sys.argv[1:] else 60))
    with data_folder() as data, EmbeddedPostgres(data).lease() as url:
        upgrade(url)
        _, token = asyncio.run(build(url, DEVICES, 50))
        port = free_port()
        command = [
            str(Path(sys.executable).with_name("homepot")),
            "up",
            "--port",
            str(port),
        ]
        with product(command, data, port, **_ENVIRONMENT):
            sender = Sender(port, token)
            batches = partial(sender.steady, A_BATCH)
            pace = DEVICES / A_BATCH / 60
            warm_ms = batches(pace * 2, 30)  # every device once
            idle = _cores_of_nothing(data)
            steady, steady_ms = needed(data, batches, pace, length_s)
            burst, burst_ms = needed(data, batches, pace * 10, BURST_S)
            single, single_ms = needed(data, partial(sender.steady, 1), DEVICES / 60, SINGLE_S)
    peer = "goal"
    return [
        Row("5,000 devices a minute, batches of 100", steady, "cores", peer, GOAL_CORES),
        Row("the same", _p99(steady_ms), "ms p99", "warm-up p99", _p99(warm_ms)),
        Row("nothing sent", idle, "cores", peer, GOAL_CORES),
        Row("ten times as many", burst, "cores", "ten goals", GOAL_CORES * 10),
        Row("ten times as many", _p99(burst_ms), "ms p99", "as usual", _p99(steady_ms)),
        Row("5,000 a minute, one a request", single, "cores", "batches of 100", steady),
        Row(
            "5,000 a minute, one a request",
            _p99(single_ms),
            "ms p99",
            "batches",
            _p99(steady_ms),
        ),
    ]


class Sender:
    """A collector: so many devices in each request, at an even pace. Anything but a success ends
    the benchmark: nothing was refused, then."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }
        self._values = np.round(np.random.default_rng(7).normal(50, 15, (97, len(METRICS))), 2)
        self._devices = self._one_after_the_other()

    def steady(self, devices: int, per_second: float, length_s: float) -> list[float]:
        """How many milliseconds each answer took; the pace does not wait for the answers."""
        client = HttpClient(self._port)
        began = time.perf_counter()
        took_ms = []
        for number in range(int(length_s * per_second)):
            time.sleep(max(0.0, began + number / per_second - time.perf_counter()))
            request = post("/api/telemetry", self._headers, self._body(devices))
            asked = time.perf_counter()
            client.round_trip(request)
            took_ms.append((time.perf_counter() - asked) * 1_000)
        client.close()
        return took_ms

    def _body(self, devices: int) -> bytes:
        at = datetime.now(UTC).isoformat()
        rows = []
        for _ in range(devices):
            device = next(self._devices)
            values = self._values[device % len(self._values)].tolist()
            metrics = dict(zip(METRICS, values, strict=True))
            rows.append({"device_id": f"pos_{device}", "timestamp": at, "metrics": metrics})
        return json.dumps(rows).encode()

    @staticmethod
    def _one_after_the_other() -> Iterator[int]:
        while True:
            yield from range(DEVICES)


def needed(
    data: Path,
    send: Callable[[float, float], list[float]],
    per_second: float,
    length_s: float,
) -> tuple[float, list[float]]:
    """Cores that this pace takes, also where the machine was too busy with others to keep it; and
    how long the answers took."""
    before = _processor_s(data)
    took_ms = send(per_second, length_s)
    return (_processor_s(data) - before) / len(took_ms) * per_second, took_ms


def _cores_of_nothing(data: Path) -> float:
    before = _processor_s(data)
    time.sleep(IDLE_S)
    return (_processor_s(data) - before) / IDLE_S


def _processor_s(data: Path) -> float:
    """Of every process of the product, those that have ended since included."""
    parents, ticks = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            pid = int(folder.name)
            parents[pid] = int(fields[1])
            ticks[pid] = sum(int(field) for field in fields[11:15])
    ours = {pid for pid in parents if _is_root(pid, data)}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(ticks[pid] for pid in ours) / _TICKS_PER_S


def _is_root(pid: int, data: Path) -> bool:
    """The database server by the folder it works on, all others by their environment."""
    try:
        if f"HOMEPOT_DATA={data}".encode() in Path(f"/proc/{pid}/environ").read_bytes():
            return True
        return str(data) in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False


def _p99(took_ms: list[float]) -> float:
    return sorted(took_ms)[int(len(took_ms) * 0.99)]
