"""What the doctor finds, and how it says it."""

import doctest
import os
import socket
import sqlite3
from pathlib import Path

import pytest

from homepot.ai.config import ai_config
from homepot.core.settings import Settings
from homepot.doctor import checks, finding
from homepot.doctor.vectors import vectors
from homepot.up.greeting import note


def settings(tmp_path: Path, **given: object) -> Settings:
    return Settings.model_validate({"data_dir": tmp_path / "var", **given})


def test_the_examples_in_the_words_are_true() -> None:
    result = doctest.testmod(finding)
    assert (result.failed, result.attempted > 0) == (0, True)


def test_an_old_python_is_wrong() -> None:
    assert checks.python((3, 11)).ok
    found = checks.python((3, 10))
    assert not found.ok
    assert "3.11" in found.mend


def test_looking_makes_no_database(tmp_path: Path) -> None:
    found = checks.database(settings(tmp_path))
    assert [(one.name, one.ok) for one in found] == [("database", True), ("migrations", True)]
    assert not (tmp_path / "var").exists()


def test_a_server_that_is_not_there_is_wrong(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://me:hidden@127.0.0.1:{closed.getsockname()[1]}/homepot"
        (found,) = checks.database(settings(tmp_path, database_url=url))
    assert not found.ok
    assert "does not answer" in found.detail
    assert "correct DATABASE_URL" in found.detail
    assert "hidden" not in found.detail


def test_a_lost_database_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "postgres").symlink_to(tmp_path / "gone")
    (found,) = checks.database(settings(tmp_path))
    assert not found.ok
    assert "not there any more" in found.detail


def test_missing_migrations_are_named_with_the_command() -> None:
    assert checks.migrations([]).ok
    found = checks.migrations(["0007_new"])
    assert not found.ok
    assert "0007_new" in found.detail
    assert found.mend == "homepot db migrate"


def test_a_full_disk_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.disk(tmp_path / "not" / "there").ok
    monkeypatch.setattr(checks, "_DISK_FREE_MIN_BYTES", 2**62)
    assert not checks.disk(tmp_path).ok


def test_a_busy_port_is_wrong(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        found = checks.port(settings(tmp_path, port=port))
        assert not found.ok
        assert f"Port {port} is in use" in found.detail
        assert "--port" in found.mend
    assert checks.port(settings(tmp_path, port=port)).ok


def test_where_it_runs_is_asked_of_what_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = settings(tmp_path, port=free_port())
    (tmp_path / "var").mkdir()
    running = ours.model_copy(update={"port": 8123})
    (tmp_path / "var" / "up.lock").write_text(note(os.getpid(), running))
    asked: list[tuple[str, int, str]] = []

    def answers(host: str, port: int, path: str) -> bool:
        asked.append((host, port, path))
        return True

    monkeypatch.setattr(checks, "answers_now", answers)
    found = checks.port(ours)
    assert found.detail == f"8123: HOMEPOT answers there; the settings say {ours.port}"
    assert asked == [(ours.host, 8123, "/api/health/live")]
    # What is left by one that is gone says nothing.
    monkeypatch.setattr(checks, "answers_now", lambda *_: False)
    assert "is free" in checks.port(ours).detail


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def test_pages_that_were_not_built_are_wrong(tmp_path: Path) -> None:
    assert not checks.browser_build(tmp_path).ok
    (tmp_path / "index.html").write_text("")
    assert checks.browser_build(tmp_path).ok


def test_wrong_configuration_is_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEPOT_PORT", "many")
    found = checks.examine()
    assert [one.name for one in found] == ["python", "configuration"]
    assert "HOMEPOT_PORT" in found[1].detail


def test_what_a_capability_says_of_its_files_is_part_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules.yaml").write_text("device: [host]\nsite: site\nrulse: []\n")
    (tmp_path / "ai.yaml").write_text("ai_service:\n  ollama:\n    timeout: 0\n    tries: 3\n")
    (tmp_path / "homepot.yaml").write_text(
        "data_dir: var\nmqtt_maps: zigbee2mqtt, shelly\nmqtt_maps_path: gone.yaml\n"
        "prometheus_rules_path: rules.yaml\nai_config_path: ai.yaml\n"
    )
    monkeypatch.chdir(tmp_path)
    found = checks.examine()
    configured = next(one for one in found if one.name == "configuration")
    assert not configured.ok
    said = configured.detail.replace(f"{tmp_path}/", "").splitlines()
    assert said == [
        "rules.yaml:3: rulse: this is not known here",
        "homepot.yaml:3: mqtt_maps_path: gone.yaml cannot be read: No such file or directory",
        "homepot.yaml:2: mqtt_maps: there is no ready map 'shelly'; allowed: tasmota, zigbee2mqtt",
        "ai.yaml:3: ai_service.ollama.timeout: Input should be greater than 0",
        "ai.yaml:4: ai_service.ollama.tries: this is not known here",
    ]
    (tmp_path / "homepot.yaml").write_text("data_dir: var\nollama_url: http://8.8.8.8:1\n")
    (configured,) = [one for one in checks.examine() if one.name == "configuration"]
    assert configured.detail.startswith(f"{tmp_path}/homepot.yaml:2: ollama_url: the host")


def test_a_broker_is_looked_for_only_where_one_is_set(tmp_path: Path) -> None:
    assert "no broker is set" in checks.broker(settings(tmp_path)).detail
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"mqtt://me:hidden@127.0.0.1:{listening.getsockname()[1]}"
        found = checks.broker(settings(tmp_path, mqtt_url=url, mqtt_maps="tasmota"))
        assert found.ok
        assert "answers, 3 maps" in found.detail
        assert not checks.broker(settings(tmp_path, mqtt_url=url, mqtt_maps="none")).ok
    away = checks.broker(settings(tmp_path, mqtt_url=url))
    assert not away.ok
    assert "cannot be reached" in away.detail
    assert "hidden" not in found.detail + away.detail


def test_vectors_are_looked_at_where_they_lie(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    folder = ai_config(ours).chromadb.folder(ours)
    assert vectors(ours).detail.startswith("not begun")
    folder.mkdir(parents=True)
    assert "is not there" in vectors(ours).detail
    (folder / "chroma.sqlite3").write_bytes(b"no database" * 100)
    assert not vectors(ours).ok
    assert "init_chromadb" in vectors(ours).mend
    (folder / "chroma.sqlite3").unlink()
    with sqlite3.connect(folder / "chroma.sqlite3") as made:
        made.execute("CREATE TABLE collections (id TEXT)")
    made.close()
    assert vectors(ours).detail.startswith("0 collections in")
