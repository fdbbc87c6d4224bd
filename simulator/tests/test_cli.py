import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from homepot_simulator.cli import main
from homepot_simulator.state import Identities, State
from stub_server import TOKEN, StubServer

START = "import sys; from homepot_simulator.cli import main; sys.exit(main())"
PROGRAM = [sys.executable, "-c", START]
SOURCE = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_runs_until_it_is_asked_to_end(tmp_path: Path, number: signal.Signals) -> None:
    with StubServer() as stub:
        stub.kept.site_keys["key-one"] = "SITE-ONE"
        environment = {
            **SOURCE,
            "SIMULATOR_TOKEN": TOKEN,
            "SIMULATOR_SITE_KEYS": "SITE-ONE=key-one",
            "SIMULATOR_STATE": str(tmp_path),
        }
        with subprocess.Popen(
            [*PROGRAM, "--server", stub.url, "--days", "0.1", "--interval", "1"],
            env=environment, stderr=subprocess.PIPE, text=True,
        ) as program:  # fmt: skip
            until(lambda: len(stub.kept.heartbeats) >= 1)
            again = subprocess.run(
                [*PROGRAM, "--server", stub.url], env=environment, capture_output=True, text=True
            )
            assert again.returncode == 1
            assert "Another simulator is at work" in again.stderr
            added = subprocess.run(
                [*PROGRAM, "inject", "error_burst@till-3:1"],
                env=environment, capture_output=True, text=True,
            )  # fmt: skip
            assert added.returncode == 0, added.stderr
            until(lambda: "error_burst" in (tmp_path / "truth.jsonl").read_text())
            program.send_signal(number)
            _, said = program.communicate(timeout=5)
        assert program.returncode == 0, said
        assert "Stopped" in said
        assert "Traceback" not in said
        assert json.loads((tmp_path / "progress.json").read_text())["stretches"][-1]["sent_us"] > 0


def test_it_ends_at_once_while_it_waits_for_a_server(tmp_path: Path) -> None:
    with StubServer() as stub:
        nobody = stub.url
    with subprocess.Popen(
        [*PROGRAM, "--server", nobody, "--state", str(tmp_path)],
        env={**SOURCE, "SIMULATOR_TOKEN": TOKEN}, stderr=subprocess.PIPE, text=True,
    ) as program:  # fmt: skip
        assert program.stderr
        assert "No answer from" in program.stderr.readline()
        program.terminate()
        assert program.wait(timeout=5) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Say which server"),
        (["--server", "nonsense"], "is not the URL of a server"),
        (["--server", "http://127.0.0.1:1"], "Nothing to enrol with"),
        (["--server", "http://127.0.0.1:1", "--site-key", "SITE"], "SITE-ID=BOOTSTRAP-KEY"),
        (["--server", "http://127.0.0.1:1", "--interval", "7"], "must be a multiple"),
        (["--server", "http://127.0.0.1:1", "--credentials", "/nowhere"], "Cannot read the cred"),
        (["inject", "cpu_runaway@till-1"], "No simulator has been at work"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SERVER", "TOKEN", "SITE_KEYS"):
        monkeypatch.delenv(f"SIMULATOR_{name}", raising=False)
    monkeypatch.setenv("SIMULATOR_STATE", str(tmp_path))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert main(arguments) == 1
    assert words in caplog.text


def test_credentials_come_from_a_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({"site_keys": {"SITE-ONE": "wrong"}}))
    with StubServer() as stub:
        given = ["--server", stub.url, "--credentials", str(file), "--state", str(tmp_path / "s")]
        assert main(given) == 1
    assert "401 wrong bootstrap key" in caplog.text
    file.write_text("[]")
    assert main(given) == 1
    assert "site_keys" in caplog.text


def at_work(folder: Path) -> Path:
    """A state folder of a simulator that has been at work."""
    State(folder).keep_identities(Identities(1, "http://127.0.0.1", {"sim-plant": "SITE-1"}))
    return folder / "added.jsonl"


def test_a_fault_goes_to_the_fleet_of_the_data_folder_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("SIMULATOR_STATE", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    named = at_work(tmp_path / "home pot" / "simulator")
    here = at_work(tmp_path / "here" / "var" / "simulator")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path / "home pot"))
    assert main(["inject", "Plant Server", "cpu_runaway", "20"]) == 0
    assert (named.exists(), here.exists()) == (True, False)
    monkeypatch.delenv("HOMEPOT_DATA")
    assert main(["inject", "cpu_runaway@plant-server:20"]) == 0
    assert here.exists()
    # Where neither is, it says what to name.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path / "nothing"))
    assert main(["inject", "cpu_runaway@plant-server:20"]) == 1
    assert "HOMEPOT_DATA" in caplog.text
