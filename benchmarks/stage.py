"""What benchmarks stand on: a data folder of their own, the product on it, a fleet in it."""

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.telemetry.storage.moving import move
from homepot.telemetry.storage.stores import NativeStore, TimescaleStore, add_extension

READY_WITHIN_S = 300.0  # on a busy machine; else a few seconds
ENDED_WITHIN_S = 180.0
_LOOK_EVERY_S = 0.01


@contextmanager
def data_folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="homepot-bench-") as folder:
        # As root the database server runs as a user of its own, which has to get in.
        Path(folder).chmod(0o711)
        yield Path(folder)


def stores() -> list[str]:
    """What to write before the figures of each store; TimescaleDB where it has been built."""
    built = EmbeddedPostgres(Path("none")).offers_timescaledb()
    return ["", "TimescaleDB: "] if built else [""]


@contextmanager
def database(data: Path, *, on_timescaledb: bool) -> Iterator[str]:
    """A migrated database that keeps the readings in one of the two stores; its address."""
    server = EmbeddedPostgres(data)
    if on_timescaledb:
        server.load_timescaledb(True)
    with server.lease() as url:
        upgrade(url)
        if on_timescaledb:
            asyncio.run(_keep_in_timescaledb(url))
        yield url


async def _keep_in_timescaledb(url: str) -> None:
    await add_extension(url)
    await move(url, NativeStore(), TimescaleStore(), lambda *_: None)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def product(command: Sequence[str], data: Path, port: int, **variables: str) -> Iterator[float]:
    """The product as a process of its own; the seconds from its start until it was ready."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("HOMEPOT_", "DATABASE_URL"))},
        "HOMEPOT_DATA": str(data),
        **variables,
    }
    log = data / "benchmark.log"
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603  our own command
            command, cwd=data, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield _until_ready(process, port, log) - began
        finally:
            process.terminate()
            process.wait(ENDED_WITHIN_S)


def _until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> float:
    last = time.perf_counter() + READY_WITHIN_S
    while time.perf_counter() < last:
        if process.poll() is not None:
            break
        if _is_ready(port):
            return time.perf_counter()
        time.sleep(_LOOK_EVERY_S)
    raise RuntimeError(f"the product did not become ready:\n{log.read_text()[-2_000:]}")


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/health/ready")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def uvicorn_command(port: int) -> list[str]:
    """The plan's own way of starting the API."""
    return [
        *(sys.executable, "-m", "uvicorn", "homepot.main:app", "--no-access-log"),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]
