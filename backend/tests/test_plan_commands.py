"""The plan's own commands, unchanged: on a server of the owner's and on the embedded one."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import httpx
import psycopg
import pytest

from homepot.core.embedded_postgres import EmbeddedPostgres

BACKEND = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent
START_S_MAX = 60


def surroundings(**changed: str) -> dict[str, str]:
    """What a shell would hand on, without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOMEPOT_")}
    kept.pop("DATABASE_URL", None)
    return {**kept, **changed}


def alembic(*words: str, cwd: Path, **variables: str) -> None:
    done = subprocess.run(
        [str(PROGRAMS / "alembic"), *words],
        cwd=cwd,
        env=surroundings(**variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def uvicorn(*words: str, **variables: str) -> Iterator[str]:
    """The plan's command, until the block ends; the address it answers at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(PROGRAMS / "uvicorn"), "homepot.main:app", *words]
    running = subprocess.Popen(
        [*command, "--host", "0.0.0.0", "--port", str(port)],
        cwd=BACKEND,
        env=surroundings(**variables),
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(START_S_MAX)


def answer(url: str) -> httpx.Response:
    """The first answer; a refused connection means that it is not there yet."""
    give_up = time.monotonic() + START_S_MAX
    while True:
        try:
            return httpx.get(url, timeout=5)
        except httpx.TransportError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)


def test_alembic_and_uvicorn_on_the_owners_server(empty_database_url: str) -> None:
    alembic("upgrade", "head", cwd=BACKEND, DATABASE_URL=empty_database_url)
    alembic("upgrade", "head", cwd=BACKEND, DATABASE_URL=empty_database_url)
    with uvicorn(DATABASE_URL=empty_database_url) as address:
        assert answer(f"{address}/api/health/ready").json() == {"status": "ready"}
        assert answer(f"{address}/api/devices").status_code == 401


def test_alembic_from_any_folder(empty_database_url: str, tmp_path: Path) -> None:
    ini = str(BACKEND / "alembic.ini")
    alembic("-c", ini, "upgrade", "head", cwd=tmp_path, DATABASE_URL=empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT to_regclass('devices')::text").fetchone() == ("devices",)


@pytest.fixture
def data() -> Iterator[str]:
    """A data folder that the system user of the embedded server can reach."""
    folder = Path(mkdtemp(prefix="homepot-test-"))
    folder.chmod(0o711)
    yield str(folder / "var")
    EmbeddedPostgres(folder / "var").remove()
    shutil.rmtree(folder)


@pytest.mark.slow
def test_alembic_and_uvicorn_with_reload_on_the_embedded_server(data: str) -> None:
    alembic("upgrade", "head", cwd=BACKEND, HOMEPOT_DATA=data)
    with uvicorn("--reload", HOMEPOT_DATA=data) as address:
        assert answer(f"{address}/api/health/ready").json() == {"status": "ready"}
