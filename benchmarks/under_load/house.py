"""The product under load: on a fresh data folder, with a simulated fleet and a collector at it."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from fleet import build
from load import HttpClient, post
from stage import data_folder, free_port, product

from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade

LOCUST = Path(__file__).parents[2] / ".stamps" / "load-tools" / "bin" / "python"
PEOPLE = Path(__file__).with_name("people.py")
DEVICES, SITES = 1_000, 20
METRICS = (
    "cpu_percent", "memory_percent", "disk_percent", "network_latency_ms", "packet_loss_percent",
    "swap_percent", "load_5m", "error_rate", "queue_depth", "uptime_s",
)  # fmt: skip
_A_BATCH = 100
# All people of a load come from one address here; in life each has an own one.
_LIMITS = {
    "HOMEPOT_REQUESTS_PER_SECOND_MAX": "100000",
    "HOMEPOT_REQUESTS_BURST_MAX": "100000",
    "SIMULATOR_DAYS": "1",
}


@dataclass(frozen=True)
class House:
    data: Path
    port: int
    token: str
    collector: "Collector"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def lived_in() -> Iterator[House]:
    """Up, with its people's devices heard of once; ended with all that it started."""
    with data_folder() as data:
        with EmbeddedPostgres(data).lease() as url:
            upgrade(url)
            _, token = asyncio.run(build(url, DEVICES, SITES))
        port, models = free_port(), free_port()
        command = [str(Path(sys.executable).with_name("homepot")), "up", "--demo"]
        variables = {
            "HOMEPOT_PORT": str(port), "HOMEPOT_MODEL_SERVER_PORT": str(models), **_LIMITS,
        }  # fmt: skip
        with product(command, data, port, **variables):
            collector = Collector(port, token)
            with collector.at_work():
                yield House(data, port, token, collector)


class Collector:
    """Tells of every device once a minute, in batches; first of all at once."""

    def __init__(self, port: int, token: str) -> None:
        self.taken, self.failures = 0, list[str]()
        self._ended = threading.Event()
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._values = np.random.default_rng(5).uniform(10, 60, (97, len(METRICS))).round(2)
        self._next = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        for _ in range(DEVICES // _A_BATCH):
            self._send()
        thread = threading.Thread(target=self._go_on, name="collector")
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _go_on(self) -> None:
        while not self._ended.wait(60 * _A_BATCH / DEVICES):
            try:
                self._send()
            except (RuntimeError, OSError) as error:
                self.failures.append(str(error))

    def _send(self) -> None:
        client = HttpClient(self._port)
        try:
            client.round_trip(post("/api/telemetry", self._headers, self._body()))
        finally:
            client.close()
        self.taken += 1

    def _body(self) -> bytes:
        at = datetime.now(UTC).isoformat()
        rows = []
        for _ in range(_A_BATCH):
            values = self._values[(self._next * 31) % len(self._values)].tolist()
            metrics = dict(zip(METRICS, values, strict=True))
            rows.append({"device_id": f"pos_{self._next}", "timestamp": at, "metrics": metrics})
            self._next = (self._next + 1) % DEVICES
        return json.dumps(rows).encode()


@dataclass(frozen=True)
class Asked:
    """One request: its name, the status of its answer (0: none came), its milliseconds."""

    name: str
    status: int
    took_ms: float

    @property
    def is_query(self) -> bool:
        return self.name == "query"


def people(
    house: House, who: str, count: int, length_s: float, *, every_s: float = 10.0
) -> list[Asked]:
    """So many of them, for so long; what was answered to them."""
    out = house.data / "people.json"
    out.unlink(missing_ok=True)
    given = {
        "LOAD_TOKEN": house.token, "LOAD_OUT": str(out), "LOAD_DEVICES": str(DEVICES),
        "LOAD_SITES": str(SITES), "LOAD_EVERY_S": str(every_s),
    }  # fmt: skip
    command = [
        *(str(LOCUST), "-m", "locust", "-f", str(PEOPLE), "--headless", "--only-summary"),
        *("--host", house.url, "--users", str(count), "--spawn-rate", str(max(count, 1))),
        *("--run-time", f"{max(1, round(length_s))}s", "--stop-timeout", "70"),
        *("--exit-code-on-error", "0", who),
    ]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    log = house.data / "people.log"
    with log.open("wb") as said:
        ended = subprocess.run(  # noqa: S603  our own command
            command, env={**kept, **given}, cwd=house.data, stdout=said, stderr=said, check=False
        )
    if ended.returncode or not out.exists():
        raise RuntimeError(f"locust ended with {ended.returncode}:\n{log.read_text()[-2_000:]}")
    return [Asked(*one) for one in json.loads(out.read_text())]
