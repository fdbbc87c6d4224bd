"""`homepot up` as a person meets it: started, hurt, asked twice, stopped."""

import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Self

import httpx
import psutil
import pytest

from homepot.core.embedded_postgres import EmbeddedPostgres

HOMEPOT = Path(sys.executable).with_name("homepot")
BOUND_S = 60


def environment(data_dir: Path, port: int, model_server_port: int = 0) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return {
        **kept,
        "HOMEPOT_DATA": str(data_dir),
        "HOMEPOT_PORT": str(port),
        "HOMEPOT_MODEL_SERVER_PORT": str(model_server_port or free_port()),
    }


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


class Up:
    """One `homepot up`, in a process group of its own as a terminal would start it."""

    def __init__(self, data_dir: Path, port: int, **more: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.model_server_port = free_port()
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            [HOMEPOT, "up"],
            env={**environment(data_dir, port, self.model_server_port), **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(BOUND_S)
        self._reader.join(BOUND_S)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)

    def until(self, *words: str) -> str:
        """The first line from here on that has all these words."""
        while True:
            line = self._lines.get(timeout=BOUND_S)
            assert line is not None, self.said
            self.said.append(line)
            if all(word in line for word in words):
                return line

    def parts(self) -> dict[str, psutil.Process]:
        """Its children by what they are."""
        marks = {
            "database": "bin/postgres",
            "API": "homepot.main:app",
            "worker": "homepot.worker",
            "model server": "homepot.ai.llm.server",
        }
        children = psutil.Process(self.process.pid).children()
        commands = {child: " ".join(child.cmdline()) for child in children}
        return {
            name: child
            for name, mark in marks.items()
            for child, command in commands.items()
            if mark in command
        }


def everyone(up: Up) -> list[psutil.Process]:
    children: list[psutil.Process] = psutil.Process(up.process.pid).children(recursive=True)
    return children


def until_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=BOUND_S)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(mkdtemp(prefix="homepot test "))
    path.chmod(0o711)
    yield path
    EmbeddedPostgres(path / "my data").remove()
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def up(folder: Path) -> Iterator[Up]:
    with Up(folder / "my data", free_port()) as one:
        yield one


@pytest.fixture(scope="module")
def signed_in(up: Up) -> Iterator[httpx.Client]:
    """The first administrator, with the password from the terminal."""
    up.until("HOMEPOT", "is running")
    assert up.url in up.until("open")
    password = up.until("sign in", "admin").split()[-1]
    up.until("stop", "Ctrl-C")
    with httpx.Client(base_url=up.url) as client:
        given = {"username": "admin", "password": password}
        assert client.post("/api/auth/login", json=given).status_code == 200
        yield client


@pytest.fixture
def model_server(up: Up, signed_in: httpx.Client) -> str:
    """Its address, as soon as it answers: nothing else waits for it."""
    url = f"http://127.0.0.1:{up.model_server_port}"
    until_s = time.monotonic() + BOUND_S
    while True:
        with suppress(httpx.TransportError):
            assert httpx.get(f"{url}/api/version").is_success
            return url
        assert time.monotonic() < until_s
        time.sleep(0.05)


@pytest.mark.parametrize("name", ["database", "API", "worker", "model server"])
def test_what_is_killed_comes_back_and_nothing_stored_is_lost(
    up: Up, signed_in: httpx.Client, model_server: str, name: str
) -> None:
    before = up.parts()
    assert set(before) == {"database", "API", "worker", "model server"}
    before[name].kill()
    up.until(f"The {name} was killed (SIGKILL); starting it again in 0.5 s.")
    up.until(f"The {name} is back.")
    after = up.parts()
    assert after[name].pid != before[name].pid
    others = set(before) - {name}
    assert {other: after[other].pid for other in others} == {
        other: before[other].pid for other in others
    }
    # The session is a row: it is still known.
    me = signed_in.get("/api/auth/me")
    assert me.json()["user"]["username"] == "admin"


def test_a_second_one_on_the_same_data_is_refused(
    up: Up, signed_in: httpx.Client, folder: Path
) -> None:
    refused = subprocess.run(
        [HOMEPOT, "up"],
        env=environment(folder / "my data", free_port()),
        capture_output=True,
        text=True,
        timeout=BOUND_S,
    )
    assert refused.returncode == 1
    assert f"already running on {folder / 'my data'}" in refused.stderr
    assert f"process {up.process.pid}, {up.url}" in refused.stderr
    assert signed_in.get("/api/health/ready").status_code == 200


def test_the_doctor_looks_while_it_runs(
    up: Up, signed_in: httpx.Client, model_server: str, folder: Path
) -> None:
    database = up.parts()["database"].pid
    port = int(up.url.rpartition(":")[2])
    looked = subprocess.run(
        [HOMEPOT, "doctor"],
        env=environment(folder / "my data", port, up.model_server_port),
        capture_output=True,
        text=True,
        timeout=BOUND_S,
    )
    lines = {line.split()[1]: line for line in looked.stdout.splitlines() if "mend:" not in line}
    assert "PostgreSQL 18" in lines["database"]
    assert lines["migrations"].startswith("ok")
    assert "HOMEPOT answers there" in lines["port"]
    assert lines["models"].startswith("ok")
    assert f"own server answers at {model_server}: fast smollm2:135m (98MB)" in lines["models"]
    assert looked.returncode == ("WRONG" in looked.stdout)
    assert up.parts()["database"].pid == database


def test_ctrl_c_leaves_nothing_running_and_ends_well(up: Up, signed_in: httpx.Client) -> None:
    running = everyone(up)
    assert len(running) > 3
    os.killpg(up.process.pid, signal.SIGINT)
    up.until("Stopped. What was stored is kept.")
    assert up.process.wait(BOUND_S) == 0
    until_gone(running)


def test_the_next_start_keeps_the_data_and_a_killed_one_takes_all_with_it(
    signed_in: httpx.Client, folder: Path
) -> None:
    port = free_port()
    with Up(folder / "my data", port) as again:
        again.until("is running")
        again.until("stop", "Ctrl-C")
        session = dict(signed_in.cookies)
        me = httpx.get(f"{again.url}/api/auth/me", cookies=session)
        assert me.json()["user"]["username"] == "admin"
        running = everyone(again)
        again.process.kill()
        until_gone(running)


def test_a_busy_port_is_said_before_anything_is_started(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [HOMEPOT, "up"],
            env=environment(folder / "other", port),
            capture_output=True,
            text=True,
            timeout=BOUND_S,
        )
    assert refused.returncode == 1
    assert f"Port {port} is in use by " in refused.stderr
    assert "homepot up --port" in refused.stderr
    assert not (folder / "other" / "postgres").exists()


def test_a_stop_asked_for_in_the_middle_of_the_start_is_heeded(folder: Path) -> None:
    data_dir = folder / "broken off"
    with Up(data_dir, free_port()) as one:
        one.until("Starting the database.")
        one.process.send_signal(signal.SIGTERM)
        one.until("Stopped.")
        assert one.process.wait(BOUND_S) == 0
    assert not EmbeddedPostgres(data_dir).status().is_running
    EmbeddedPostgres(data_dir).remove()


def test_the_first_password_is_not_lost_with_a_start_that_is_broken_off(folder: Path) -> None:
    data_dir = folder / "early"
    with Up(data_dir, free_port()) as one:
        one.until("Starting the API and the worker.")
        one.process.send_signal(signal.SIGINT)
        one.until("The one-time password of the user admin is ")
        one.until("Stopped.")
        assert one.process.wait(BOUND_S) == 0
    EmbeddedPostgres(data_dir).remove()
