"""A real Prometheus writes into the server, and loses nothing while the server is away."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from homepot.access.permissions import Permission, Role
from homepot.core.database import Database
from homepot.telemetry.prometheus.naming import Named, named
from homepot.telemetry.prometheus.rules import load
from homepot.telemetry.storage import placing

_VALUES = text(
    "SELECT (extract(epoch FROM m.ts) * 1000)::bigint,"
    " m.values[array_position(s.metrics, :metric)]"
    " FROM device_metrics m JOIN devices d ON d.id = m.device_id"
    " JOIN metric_sets s ON s.id = m.metric_set_id"
    " WHERE d.public_id = '127.0.0.1' AND :metric = ANY (s.metrics)"
)
_NEWEST_MS = text("SELECT (extract(epoch FROM max(ts)) * 1000)::bigint FROM device_metrics")
_QUIET_MS = 12_000


def now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000)


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(30):
        while not (found := await look()):
            await asyncio.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def serving(app: FastAPI, port: int) -> AsyncIterator[None]:
    """The application behind a socket of its own, for as long as the block lasts."""
    config = uvicorn.Config(app, "127.0.0.1", port, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started or task.done()

    await eventually(started)
    try:
        yield
    finally:
        server.should_exit = True
        await task


_QUICK = "{ batch_send_deadline: 1s, max_backoff: 1s, max_shards: 4, min_shards: 2 }"


class Prometheus:
    """One that watches itself once a second and writes all of it to HOMEPOT."""

    def __init__(self, folder: Path, target: str, token: str, queue: str = _QUICK) -> None:
        self.port = free_port()
        self.folder = folder
        (folder / "prometheus.yml").write_text(
            f"""
global: {{ scrape_interval: 1s, scrape_timeout: 1s }}
scrape_configs:
  - job_name: prometheus
    static_configs: [{{ targets: ["127.0.0.1:{self.port}"] }}]
remote_write:
  - url: {target}/api/prometheus/write
    authorization: {{ credentials: {token} }}
    queue_config: {queue}
""",
            encoding="utf-8",
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[httpx.AsyncClient]:
        binary = shutil.which("prometheus")
        if binary is None:
            pytest.fail("the tests need Prometheus: sudo apt-get install prometheus")
        with (self.folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                binary,
                f"--config.file={self.folder}/prometheus.yml",
                f"--storage.tsdb.path={self.folder}/data",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--storage.remote.flush-deadline=1s",
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
                yield client
        finally:
            process.terminate()
            await process.wait()


async def samples_of(client: httpx.AsyncClient, query: str) -> tuple[dict[str, str], Any]:
    """The labels of the one series this is, and all its samples: milliseconds, value."""
    try:
        answer = await client.get("/api/v1/query", params={"query": query})
    except httpx.TransportError:
        return {}, []
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:  # it is reading its log still
        return {}, []
    found = answer.json()["data"]["result"]
    if len(found) != 1:
        return {}, []
    return found[0]["metric"], [(round(at * 1_000), float(v)) for at, v in found[0]["values"]]


async def test_prometheus_loses_nothing_while_the_server_is_away(
    people: Any, app: FastAPI, db: Database, tmp_path: Path
) -> None:
    person = await people.add(Role.OPERATOR)
    token = await people.token(person, Permission.TELEMETRY_WRITE)
    port = free_port()
    prometheus = Prometheus(tmp_path, f"http://127.0.0.1:{port}", token)
    counter = "process_cpu_seconds_total"
    retried = "prometheus_remote_storage_samples_retried_total"
    metric = ""

    async def kept() -> dict[int, float]:
        async with db.system() as tx:
            rows = await tx.execute(_VALUES, {"metric": metric})
            return dict(tuple(row) for row in rows)

    async with prometheus.running() as client:
        async with serving(app, port):
            labels, _ = await eventually(lambda: found_in(client, f"{counter}[10m]"))
            name = named(labels, load(None))
            assert isinstance(name, Named)
            metric = name.metric
            await eventually(kept)
        away_ms = now_ms()

        # Away until it has tried again.
        async def tried_again() -> bool:
            _, values = await samples_of(client, f"{retried}[1m]")
            return bool(values) and values[-1][1] > 0

        await eventually(tried_again)
        back_ms = now_ms()
        async with serving(app, port):

            async def caught_up() -> bool:
                return max(await kept()) >= back_ms

            await eventually(caught_up)
            right = dict((await samples_of(client, f"{counter}[10m]"))[1])
            found = await kept()
            log = (tmp_path / "log").read_text(encoding="utf-8")
    last_ms = max(found)
    assert found == {at_ms: value for at_ms, value in right.items() if at_ms <= last_ms}
    missed = [at_ms for at_ms in found if away_ms < at_ms < back_ms]
    assert missed, "the server was not away while something was measured"
    assert "non-recoverable" not in log


async def test_its_own_queue_tears_scrapes_apart_and_the_sets_stop_growing(
    people: Any, app: FastAPI, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is refused, whatever pieces of a scrape come together."""
    monkeypatch.setattr(placing, "EXACT_MAX", 8)
    person = await people.add(Role.OPERATOR)
    token = await people.token(person, Permission.TELEMETRY_WRITE)
    port = free_port()
    prometheus = Prometheus(tmp_path, f"http://127.0.0.1:{port}", token, queue="{}")
    most, since = 0, now_ms()

    async def grown_no_more() -> bool:
        nonlocal most, since
        async with db.system() as tx:
            sets = (await tx.execute(text("SELECT count(*) FROM metric_sets"))).scalar_one()
            newest = (await tx.execute(_NEWEST_MS)).scalar_one() or since
        if sets > most:
            most, since = sets, newest
        return bool(sets >= 8 and newest - since >= _QUIET_MS)

    async with serving(app, port), prometheus.running(), asyncio.timeout(100):
        while not await grown_no_more():
            await asyncio.sleep(0.1)
    assert most < 40
    assert "non-recoverable" not in (tmp_path / "log").read_text(encoding="utf-8")


async def found_in(client: httpx.AsyncClient, query: str) -> Any:
    found = await samples_of(client, query)
    return found if found[1] else None
