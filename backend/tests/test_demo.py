"""`homepot up --demo`: the pretend fleet comes, works, is hurt, and is taken away again."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from homepot.core.embedded_postgres import EmbeddedPostgres

HOMEPOT = Path(sys.executable).with_name("homepot")
BOUND_S = 90
PASSWORD = "seven rusty kettles"


class World:
    """One data folder, in which HOMEPOT is started and stopped."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "my data"
        self.state = self.data_dir / "simulator"
        self.said_path = folder / "said"
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port: int = one.getsockname()[1]
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=BOUND_S)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
        return {
            **kept,
            "HOMEPOT_DATA": str(self.data_dir),
            "HOMEPOT_PORT": str(self.port),
            "HOMEPOT_MODEL_SERVER_RUNS": "false",
            "SIMULATOR_STATE": str(self.state),
            "SIMULATOR_DAYS": "0.25",
            "SIMULATOR_INTERVAL": "1",
        }

    @property
    def said(self) -> str:
        return self.said_path.read_text()

    @contextmanager
    def up(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        with (
            self.said_path.open("w") as said,
            subprocess.Popen(
                [HOMEPOT, "up", *words],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                process_group=0,
            ) as process,
        ):
            try:
                self.until(lambda: "is running" in self.said)
                yield process
            finally:
                process.kill()

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + BOUND_S
        while not condition():
            assert time.monotonic() < end, self.said
            time.sleep(0.1)

    def run(self, *words: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=BOUND_S,
        )

    def sign_in(self) -> None:
        found = re.search(r"one-time password: (\S+)", self.said)
        if found:
            self._sign_in_with(found[1])
            words = {"current_password": found[1], "new_password": PASSWORD}
            assert self.client.post("/api/auth/password", json=words).is_success
        self._sign_in_with(PASSWORD)

    def _sign_in_with(self, password: str) -> None:
        answer = self.client.post(
            "/api/auth/login", json={"username": "admin", "password": password}
        )
        assert answer.is_success, answer.text
        self.client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.is_success, answer.text
        return answer.json()

    def devices(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/api/devices?limit=100")["items"]
        return found

    def truth(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.state / "truth.jsonl").read_text().splitlines()]


def simulators(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    children = psutil.Process(process.pid).children()
    return [one for one in children if "homepot_simulator" in one.cmdline()]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    folder = Path(mkdtemp(prefix="homepot demo test "))
    folder.chmod(0o711)
    one = World(folder)
    yield one
    one.client.close()
    EmbeddedPostgres(one.data_dir).remove()
    shutil.rmtree(folder)


def test_the_fleet_comes_with_history_and_is_live_and_stays_a_client(world: World) -> None:
    with world.up("--demo") as process:
        world.sign_in()
        world.until(lambda: "6 hours of history are there" in world.said)
        assert "40 devices at 4 sites are live; 6 hours of history follow." in world.said
        devices = world.devices()
        assert len(devices) == 40
        assert {one["provenance"] for one in devices} == {"simulated"}
        for site in world.get("/api/sites")["items"]:
            assert site["simulated_count"] == site["device_count"] > 0
        assert (world.state / "credentials.json").stat().st_mode & 0o777 == 0o600
        assert {row["device_id"] for row in world.truth()} <= {one["device_id"] for one in devices}
        _history_is_no_news(world)
        _readings_arrive(world)
        _a_fault_by_hand_is_in_the_truth(world)
        _a_token_that_was_revoked_is_made_anew(world)
        refused = world.run(HOMEPOT, "demo", "remove", "--yes")
        assert refused.returncode == 1
        assert "The simulated fleet is at work" in refused.stderr
        running = psutil.Process(process.pid).children(recursive=True)
        assert simulators(process)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(BOUND_S) == 0
    _, alive = psutil.wait_procs(running, timeout=BOUND_S)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def _history_is_no_news(world: World) -> None:
    world.until(lambda: sum(one["connectivity"] == "online" for one in world.devices()) >= 20)
    for one in world.devices():
        past = world.get(f"/api/devices/{one['device_id']}/connectivity")
        assert [change["state"] for change in past["items"]] in ([], ["online"])


def _readings_arrive(world: World) -> None:
    device = next(one for one in world.devices() if one["connectivity"] == "online")
    path = f"/api/devices/{device['device_id']}/metrics"
    start = (datetime.now(UTC) - timedelta(hours=8)).isoformat().replace("+", "%2B")

    def points() -> int:
        """None of a metric, where the worker has not summed up anything yet."""
        series: list[dict[str, Any]] = world.get(f"{path}?from={start}")["series"]
        return max((len(one["points"]) for one in series), default=0)

    # what is older is read from what the worker has summed up
    world.until(lambda: points() > 50)
    begun = datetime.now(UTC).isoformat()
    now = f"{path}?from={begun.replace('+', '%2B')}"
    world.until(lambda: world.get(now)["series"])


def _a_fault_by_hand_is_in_the_truth(world: World) -> None:
    device = next(one for one in world.devices() if one["name"] == "Prescription Till")
    name = device["device_id"]
    said = world.run(sys.executable, "-m", "homepot_simulator", "inject", name, "power_loss", "5")
    assert said.returncode == 0, said.stderr

    def added() -> list[dict[str, Any]]:
        rows = [row for row in world.truth() if row["device_id"] == name]
        return [row for row in rows if row["fault"] == "power_loss" and row["strength"] == 0.8]

    world.until(added)
    row = added()[-1]
    assert set(row) >= {"device_id", "fault", "start", "end", "metrics", "severity", "strength"}


def _a_token_that_was_revoked_is_made_anew(world: World) -> None:
    before = (world.state / "credentials.json").read_text()
    for token in world.get("/api/tokens")["items"]:
        assert world.client.delete(f"/api/tokens/{token['id']}").is_success
    world.until(lambda: "The simulated fleet is back." in world.said)
    assert (world.state / "credentials.json").read_text() != before
    _readings_arrive(world)
    assert len(world.devices()) == 40


def test_without_it_what_is_left_stays_until_it_is_removed_wholly(world: World) -> None:
    assert world.state.exists(), "the test before this one has been at work"
    with world.up() as process:
        world.until(lambda: "40 simulated devices are here from a demo" in world.said)
        assert simulators(process) == []
        world.sign_in()
        own = {"site_id": "sim-plant", "device_id": "my_till", "name": "Mine", "type": "tablet"}
        assert world.client.post("/api/devices", json=own).is_success
        kept = world.run(HOMEPOT, "demo", "remove", given="n\n")
        assert kept.returncode == 1
        assert "Plaza Market" in kept.stdout
        assert len(world.devices()) == 41
        gone = world.run(HOMEPOT, "demo", "remove", "--yes")
        assert gone.returncode == 0, gone.stderr
        assert [one["device_id"] for one in world.devices()] == ["my_till"]
        assert [one["site_id"] for one in world.get("/api/sites")["items"]] == ["sim-plant"]
        assert [one["username"] for one in world.get("/api/users")["items"]] == ["admin"]
        assert world.get("/api/audit")["items"][0]["action"] == "demo.removed"
        assert not world.state.exists()
        _no_row_is_left(world)


def _no_row_is_left(world: World) -> None:
    with (
        EmbeddedPostgres(world.data_dir).lease() as url,
        psycopg.connect(url) as database,
    ):
        database.execute("SET ROLE homepot_system")
        tables = database.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE a.attname = 'device_id' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND c.relnamespace = 'public'::regnamespace AND a.atttypid = 'int4'::regtype"
        ).fetchall()
        assert {"device_metrics", "device_latest", "device_state"} <= {name for (name,) in tables}
        orphans = {
            name: database.execute(
                f"SELECT count(*) FROM {name} WHERE device_id NOT IN (SELECT id FROM devices)"
            ).fetchone()
            for (name,) in tables
        }
    assert {name: rows for name, rows in orphans.items() if rows != (0,)} == {}


def test_where_devices_of_ones_own_were_first_no_demo_comes(world: World) -> None:
    assert not world.state.exists()
    with world.up("--demo") as process:
        world.until(lambda: "devices of your own are here" in world.said)
        assert simulators(process) == []
        assert not world.state.exists()
