"""What every test may ask for: a real PostgreSQL, a fresh database, the application on it.

One server a test run (a process of it, when tests run side by side); a migrated template; each
test gets a copy of its own, so tests never meet.
"""

import asyncio
import itertools
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as of_hypothesis
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from homepot.core.database import Database
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.log import configure_logging
from homepot.core.migrate import upgrade
from homepot.core.settings import Settings
from homepot.main import create_app
from homepot.telemetry.storage.moving import move
from homepot.telemetry.storage.stores import NativeStore, TimescaleStore, add_extension

# No test fails by the clock: a machine may be slow, or busy. Nor by luck: the same examples are
# tried until the code or the test changes; EXPLORE=1 tries others.
of_hypothesis.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="EXPLORE" not in os.environ,
)
of_hypothesis.load_profile("house")

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_numbers = itertools.count()


def _only_loopback(event: str, args: tuple[Any, ...]) -> None:
    """Law 1, held in every test: nothing reaches beyond this machine."""
    if event != "socket.connect":
        return
    given, address = args
    if given.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOOPBACK:
        raise PermissionError(f"a test tried to reach {address!r}; only loopback is allowed")


sys.addaudithook(_only_loopback)
configure_logging("warning")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--timescaledb",
        action="store_true",
        help="keep the readings of every test in TimescaleDB, where it has been built",
    )


@pytest.fixture(scope="session")
def on_timescaledb(request: pytest.FixtureRequest) -> bool:
    """Whether this run keeps readings in TimescaleDB; skips all of it where that is not built."""
    wanted = bool(request.config.getoption("--timescaledb"))
    if wanted and not EmbeddedPostgres(Path("none")).offers_timescaledb():
        pytest.skip("TimescaleDB has not been built here (`make timescaledb`)")
    return wanted


@pytest.fixture(scope="session")
def postgres(on_timescaledb: bool) -> Iterator[str]:
    """The address of a real server that lives as long as this run; owned by role homepot."""
    with TemporaryDirectory(prefix="homepot-test-") as folder:
        server = EmbeddedPostgres(_open_to_the_server(Path(folder)), fast=True)
        if on_timescaledb:
            server.load_timescaledb(True)
        # A child of this process: whoever kills the run leaves no server behind.
        with server.start_foreground() as foreground:
            yield foreground.url


def _open_to_the_server(folder: Path) -> Path:
    """Under root the server runs as another user, and would live elsewhere if it cannot enter."""
    folder.chmod(0o711)
    return folder


@pytest.fixture(scope="session")
def template(postgres: str, on_timescaledb: bool) -> str:
    """The name of a database with every migration applied, to be copied."""
    name = "template_migrated"
    _execute(postgres, f"CREATE DATABASE {name}")
    url = _with_database(postgres, name)
    upgrade(url)
    if on_timescaledb:
        asyncio.run(_keep_in_timescaledb(url))
    return name


async def _keep_in_timescaledb(url: str) -> None:
    await add_extension(url)
    await move(url, NativeStore(), TimescaleStore(), lambda *_: None)


@pytest.fixture
def empty_database_url(postgres: str) -> Iterator[str]:
    """A database of this test's own, without a table."""
    yield from _fresh(postgres, "template0")


@pytest.fixture
def database_url(postgres: str, template: str) -> Iterator[str]:
    """A migrated database of this test's own."""
    yield from _fresh(postgres, template)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


NOBODY_PORT = 9  # of a service that is nowhere


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The model is switched off, and at these addresses nobody answers: so the whole suite holds
    without one. A test that wants a model starts one."""
    return Settings.model_validate(
        {
            "database_url": database_url,
            "data_dir": tmp_path / "var",
            "ai_enabled": False,
            "ollama_url": f"http://127.0.0.1:{NOBODY_PORT}",
            "model_server_port": NOBODY_PORT,
        }
    )


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The real application, started."""
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://homepot.test") as anonymous:
        yield anonymous


@pytest.fixture
async def server(app: FastAPI) -> AsyncIterator[str]:
    """The same application behind a real socket; its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_level="warning")
    serving = uvicorn.Server(config)
    task = asyncio.create_task(serving.serve())
    while not serving.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    port = serving.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    serving.should_exit = True
    await task


def _fresh(postgres: str, template: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _undisturbed(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _with_database(postgres, name)
    _undisturbed(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _undisturbed(postgres: str, statement: str) -> None:
    """Tried again while a job of TimescaleDB is at work in the database it is about."""
    for tries_left in reversed(range(100)):
        try:
            _execute(postgres, statement)
        except (psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege):
            if not tries_left:
                raise
            time.sleep(0.1)
        else:
            return


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(make_conninfo(url), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
