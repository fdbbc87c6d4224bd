"""The real product on a data folder of its own: `homepot up`, hurt and typed again."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import psutil

from homepot.core.embedded_postgres import EmbeddedPostgres

HOMEPOT = Path(sys.executable).with_name("homepot")
# Generous: a slow machine only takes longer.
BOUND_S = 300.0
DISK_BYTES = 2 * 1024**3
PASSWORD = "a long enough password"  # noqa: S105  of a product that lives for minutes
# Low enough for ten times the usual load to be too much.
LIMITS = {
    "HOMEPOT_IN_FLIGHT_REQUESTS_MAX": "12",
    "HOMEPOT_REQUESTS_PER_SECOND_MAX": "150",
    "HOMEPOT_REQUESTS_BURST_MAX": "300",
}
_MARKS = {
    "database": "bin/postgres",
    "API": "homepot.main:app",
    "worker": "homepot.worker",
    "model server": "homepot.ai.llm.server",
}
_LOOK_EVERY_S = 0.02


def until(true: Callable[[], object], what: str, bound_s: float = BOUND_S) -> None:
    """Wait for it, within a limit."""
    last = time.monotonic() + bound_s
    while not true():
        if time.monotonic() > last:
            raise TimeoutError(f"{what}: not within {bound_s:.0f} s")
        time.sleep(_LOOK_EVERY_S)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def folder_of_its_own() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="homepot chaos "))
    # As root the database server runs as a user of its own, which has to get in.
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A file system of its own at this folder, which can be filled; False where none can be."""
    folder.mkdir(mode=0o711)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=711", "tmpfs", str(folder)]
    is_small = sys.platform == "linux" and os.geteuid() == 0 and _succeeds(command)
    try:
        yield is_small
    finally:
        if is_small:
            until(lambda: _succeeds(["umount", str(folder)]), "the small disk is given back", 30)


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603


class StoreAbsent(Exception):
    """The readings cannot be kept there; the message says why and what to do."""


class House:
    """One data folder and the `homepot up` on it."""

    def __init__(
        self, data: Path, said: Path, mqtt_url: str = "", *, with_model: bool = False
    ) -> None:
        self.data = data
        self._with_model = with_model
        self._model_port = free_port()
        self._mqtt_url = mqtt_url
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.said = said
        self._process: subprocess.Popen[bytes] | None = None
        self._said_bytes = 0
        self.typed_again = 0
        self.came_down = 0

    def keep_readings_in(self, store: str) -> None:
        """Before the first start, as an owner chooses it: `homepot db timescaledb`."""
        moved = subprocess.run(  # noqa: S603  our own command
            [str(HOMEPOT), "db", store],
            cwd=self.data,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if moved.returncode:
            raise StoreAbsent(" ".join(moved.stderr.split()))

    def start(self) -> None:
        """Type the command; returns at once."""
        self._said_bytes = self.said.stat().st_size if self.said.exists() else 0
        with self.said.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  our own command
                [str(HOMEPOT), "up"],
                cwd=self.data,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        house = {
            "HOMEPOT_DATA": str(self.data),
            "HOMEPOT_PORT": str(self.port),
            "HOMEPOT_MODEL_SERVER_RUNS": str(self._with_model).lower(),
            "HOMEPOT_MODEL_SERVER_PORT": str(self._model_port),
            # An Ollama of this machine is none of this product's.
            "OLLAMA_URL": "http://127.0.0.1:9",
        }
        if self._mqtt_url:
            house["HOMEPOT_MQTT_URL"] = self._mqtt_url
        return {**kept, **house, **LIMITS}

    def tend(self) -> None:
        """Type the command again where it has ended: a start that was hurt ends, and says why.

        One that had been running must not end by itself, whatever is done to its parts.
        """
        if self.is_up():
            return
        if "is running." in self.said.read_bytes()[self._said_bytes :].decode():
            self.came_down += 1
        self.typed_again += 1
        self.start()

    def is_up(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/api/health/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def part(self, name: str) -> psutil.Process | None:
        """A child of the supervisor by what it is; None while it is down."""
        self.tend()
        assert self._process is not None
        with suppress(psutil.Error):
            for child in psutil.Process(self._process.pid).children():
                with suppress(psutil.Error):
                    if _MARKS[name] in " ".join(child.cmdline()):
                        return child
        return None

    def database_processes(self) -> list[psutil.Process]:
        postmaster = self.part("database")
        if postmaster is None:
            return []
        with suppress(psutil.Error):
            return [postmaster, *postmaster.children()]
        return []

    def kill_part(self, name: str) -> None:
        process = self.part(name)
        if process is not None:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def kill_supervisor(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(BOUND_S)

    def stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(120)
        except subprocess.TimeoutExpired:
            self.kill_supervisor()

    def remove(self) -> None:
        """Whatever happened: no process and no database is left."""
        if self.is_up():
            self.kill_supervisor()
        with suppress(FileNotFoundError):
            EmbeddedPostgres(self.data).remove()


class Admin:
    """The first administrator, through the front door."""

    def __init__(self, house: House) -> None:
        words = house.said.read_text().split("one-time password: ")
        self.http = httpx.Client(base_url=house.url, timeout=60)
        self._sign_in(words[1].split()[0])
        self._post(
            "/api/auth/password",
            {"current_password": words[1].split()[0], "new_password": PASSWORD},
        )
        self._sign_in(PASSWORD)
        site = {"name": "Chaos", "timezone": "Europe/Berlin"}
        self.site_id: str = self._post("/api/sites", site)["site_id"]
        keys = f"/api/sites/{self.site_id}/bootstrap-keys"
        self.key: str = self._post(keys, {})["bootstrap_key"]
        wanted = {"name": "collector", "scopes": ["fleet:read", "telemetry:write"]}
        self.token: str = self._post("/api/tokens", wanted)["token"]

    def device(self, name: str) -> tuple[str, str]:
        """A new device: its id and its key."""
        body = {"site_id": self.site_id, "bootstrap_key": self.key, "device_name": name}
        given = {**body, "provisioning_source": "physical"}
        data = self._post("/api/v1/devices/bootstrap-provision", given)["data"]
        return data["device_id"], data["api_key"]

    def is_subscribed(self) -> bool:
        """Whether the product listens to its MQTT broker."""
        state: str = self.http.get("/api/telemetry/mqtt").json()["state"]
        return state == "connected"

    def _sign_in(self, password: str) -> None:
        given = {"username": "admin", "password": password}
        self.http.headers["X-CSRF-Token"] = self._post("/api/auth/login", given)["csrf_token"]

    def _post(self, path: str, body: object) -> Any:
        answer = self.http.post(path, json=body)
        if answer.status_code >= 300:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else {}
