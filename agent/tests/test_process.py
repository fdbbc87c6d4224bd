"""The installed command itself, as its user runs it, against a server on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from homepot_agent import cli
from homepot_agent import state as status
from homepot_agent.clock import SystemClock
from homepot_agent.spool import recovery
from stub_server import DEVICE, SITE, StubServer, say, serving

WAIT_S = 20.0
QUICK = "--interval-s=0.02 --heartbeat-s=0.5 --command-poll-s=0.5 --backlog-pause-s=0.05"
STUBBORN = "--backoff-base-s=0.2"


def until(true: Callable[[], object]) -> None:
    """Wait for it, within a limit."""
    give_up_s = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < give_up_s, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def stub() -> StubServer:
    return StubServer(SystemClock().wall_us)


@pytest.fixture
def url(stub: StubServer) -> Iterator[str]:
    with serving(stub) as address:
        yield address


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def enrolled(url: str, state: Path, capsys: pytest.CaptureFixture[str]) -> str:
    line = f"enrol --server {url} --site {SITE} --key hpb_good --state {state}"
    assert cli.main(line.split()) == 0
    assert DEVICE in capsys.readouterr().out
    return url


@contextlib.contextmanager
def running(state: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "homepot_agent", "run", "--state", str(state), "--sequence"]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    line = [*command, *QUICK.split(), STUBBORN, *more]
    process = subprocess.Popen(
        line, stderr=subprocess.PIPE, env=environment, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def sequences(stub: StubServer) -> list[int]:
    return sorted(metrics["sequence"] for metrics in stub.stored.values())


def test_kill_9_anywhere_loses_nothing(enrolled: str, stub: StubServer, state: Path) -> None:
    for round_ in range(4):
        had = len(stub.stored)
        if round_ == 1:  # refused for a while, so that some wait when it is killed
            stub.faults.append(
                lambda method, path, body: say(503, {}, Retry_After="0") if "tele" in path else None
            )
        with running(state) as process:
            until(lambda had=had: len(stub.stored) > had + 10)
            process.send_signal(signal.SIGKILL)
            process.wait()
    kept = recovery.look(state / "spool")
    with running(state) as process:
        until(lambda: len(stub.stored) > kept.next_sequence + 5)
        process.terminate()
        assert process.wait(WAIT_S) == 0
    left = recovery.look(state / "spool")
    everything = set(range(1, left.next_sequence))
    waiting = {n for start, end in left.waiting.ranges() for n in range(start, end)}
    stored = sequences(stub)
    assert len(stored) == len(set(stored)), "stored twice"
    assert set(stored) | waiting == everything, "lost"


def test_a_server_that_goes_and_returns_is_found_without_waiting_an_hour(
    stub: StubServer, state: Path
) -> None:
    def told() -> status.Status:
        found = status.load(state / "status.json")
        assert found is not None
        return found

    with contextlib.ExitStack() as server:
        url = server.enter_context(serving(stub))
        line = f"enrol --server {url} --site {SITE} --key hpb_good --state {state}"
        assert cli.main(line.split()) == 0
        with running(state, "--backoff-base-s=3600", "--probe-s=0.1") as process:
            until(lambda: len(stub.stored) > 5)
            server.close()
            until(lambda: told().unreachable_since_us is not None and told().waiting > 20)
            had = len(stub.stored)
            server.enter_context(serving(stub, int(url.rpartition(":")[2])))
            until(lambda: len(stub.stored) > had + 20 and told().waiting < 5)
            assert told().unreachable_since_us is None
            process.terminate()
            assert process.wait(WAIT_S) == 0
    assert sequences(stub) == list(range(1, len(stub.stored) + 1))


def test_runs_commands_and_answers_status(
    enrolled: str, stub: StubServer, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command_id = stub.order("ping")
    with running(state) as process:
        until(lambda: stub.commands[command_id]["status"] == "completed")
        until((state / "status.json").exists)
        until(lambda: any("network_latency_ms" in one for one in list(stub.stored.values())))
        assert cli.main(["status", "--state", str(state)]) == 0
        told = capsys.readouterr().out
        assert DEVICE in told
        assert "running since" in told
        assert cli.main(["status", "--json", "--state", str(state)]) == 0
        facts = json.loads(capsys.readouterr().out)
        assert facts["alive"] is True
        assert facts["last_error"] == ""
        process.terminate()
        assert process.wait(WAIT_S) == 0
    assert cli.main(["status", "--state", str(state)]) == 1
    assert "stopped" in capsys.readouterr().out
    latency = [m["network_latency_ms"] for m in stub.stored.values() if "network_latency_ms" in m]
    assert latency
    assert min(latency) > 0


def test_status_is_true_long_before_the_next_interval(
    enrolled: str, stub: StubServer, state: Path
) -> None:
    with running(state, "--interval-s", "600"):
        until(lambda: (told := status.load(state / "status.json")) is not None and told.sent == 1)
        told = status.load(state / "status.json")
    assert told is not None
    assert told.waiting == 0
    assert told.last_heard_us is not None


def test_two_agents_do_not_share_a_folder(enrolled: str, stub: StubServer, state: Path) -> None:
    with running(state):
        until(lambda: stub.stored)
        with running(state) as second:
            _, said = second.communicate(timeout=WAIT_S)
            assert second.returncode == 1
            assert b"Another agent uses this state folder" in said


def test_the_doctor_finds_all_well_and_then_what_is_wrong(
    enrolled: str, stub: StubServer, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["doctor", "--state", str(state)]
    assert cli.main(line) == 0
    told = capsys.readouterr().out
    assert "BAD" not in told
    assert "The clock agrees with the server's" in told
    stub.keys.clear()
    assert cli.main(line) == 1
    told = capsys.readouterr().out
    assert "BAD The server does not accept this device (401" in told
    assert "enrol --again" in told
    stub.faults.append(lambda *_: say(403, {"detail": "It is suspended."}))
    assert cli.main(line) == 1
    assert "activate it on the server" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("run", "not enrolled"),
        ("status", "not enrolled"),
        ("run --interval-s soon", "--interval-s must be"),
        ("run --config /no/such/file", "can not be read"),
        ("enrol --server box --site S --key k", "is not an address"),
        ("enrol --server http://box --site S", "belong together"),
        ("enrol --server http://127.0.0.1:1 --site S --key k", "nothing listens"),
        ("enrol --server https://box --site S --key k --ca /no/file", "No such file"),
    ],
)
def test_every_mistake_is_told_in_a_sentence(
    state: Path, capsys: pytest.CaptureFixture[str], line: str, words: str
) -> None:
    assert cli.main([*line.split(), "--state", str(state)]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
