"""Commands: only what both owners permit, only in time, only once, and told truthfully."""

from __future__ import annotations

import shlex
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from homepot_agent.commands import carry_out as carrying
from homepot_agent.commands.carry_out import Means, Outcome, carry_out
from homepot_agent.commands.decide import NEEDED, Command, Refuse, Run, Wait, decide
from homepot_agent.commands.desk import Desk
from stub_server import DEVICE, say
from world import World

ALL = frozenset(NEEDED)
NOW_US = 1_763_719_200_000_000


@pytest.fixture(autouse=True)
def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homepot_agent.orders.agent_is_root", lambda: False)
    monkeypatch.setattr(carrying, "agent_is_root", lambda: False)


def run_one(world: World, kind: str, payload: Any = None, age_s: float = 0.0) -> dict[str, Any]:
    command_id = world.stub.order(kind, payload, age_s)
    world.live(130)
    return world.stub.commands[command_id]


def test_answers_a_ping(tmp_path: Path) -> None:
    done = run_one(World(tmp_path), "ping")
    assert (done["status"], done["result"]) == ("completed", {"message": "pong"})


def test_a_ping_is_refused_when_its_owner_withdrew_contact(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.stub.permissions = {"contact": False}
    done = run_one(world, "ping")
    assert done["status"] == "failed"
    assert "contact" in done["result"]["error"]


def test_a_health_check_says_what_was_measured(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.stub.permissions = {"command_execution": True}
    result = run_one(world, "health_check")["result"]
    assert result["metrics"]["cpu_percent"] == 12.5
    assert result["device_id"] == DEVICE
    assert result["reports_waiting"] >= 0


@pytest.mark.parametrize("kind", sorted(NEEDED.keys() - {"ping", "health_check", "status_request"}))
def test_nothing_else_is_done_unless_the_device_lists_it(tmp_path: Path, kind: str) -> None:
    world = World(tmp_path)
    world.stub.permissions = {"command_execution": True, "root_access": True, "contact": True}
    done = run_one(world, kind, {"command": "true", "script": "true"})
    assert done["status"] == "failed"
    assert "not on the list" in done["result"]["error"]
    assert world.powered == []


def test_nothing_is_done_unless_the_owner_granted_it(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    world = World(tmp_path, allow=ALL)
    done = run_one(world, "run_command", {"command": f"touch {marker}"})
    assert done["status"] == "failed"
    assert "command_execution" in done["result"]["error"]
    assert not marker.exists()


def test_an_unknown_kind_is_answered(tmp_path: Path) -> None:
    done = run_one(World(tmp_path), "make_coffee")
    assert done["status"] == "failed"
    assert "make_coffee" in done["result"]["error"]


def test_what_came_too_late_is_not_done(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    world = World(tmp_path, allow=ALL)
    world.stub.permissions = {"command_execution": True}
    done = run_one(world, "run_command", {"command": f"touch {marker}"}, age_s=301)
    assert done["status"] == "expired"
    assert not marker.exists()


def test_age_is_told_by_the_servers_clock(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.clock.wrong_by_s = -3600.0
    late = run_one(world, "ping", age_s=400)
    assert late["status"] == "expired"
    world.clock.wrong_by_s = 3600.0
    assert run_one(world, "ping")["status"] == "completed"


def test_without_permissions_it_waits_and_then_expires(tmp_path: Path) -> None:
    world = World(tmp_path)
    command_id = world.stub.order("health_check")

    def refuse(method: str, path: str, body: bytes) -> Any:
        if path.endswith("/permissions"):
            world.stub.faults.append(refuse)
            return say(500, {})
        return None

    world.stub.faults.append(refuse)
    world.live(200)
    assert world.stub.commands[command_id]["status"] == "pending"
    world.live(300)
    assert world.stub.commands[command_id]["status"] == "expired"


def test_runs_a_command_and_tells_how_it_went(tmp_path: Path) -> None:
    world = World(tmp_path, allow=ALL)
    world.stub.permissions = {"command_execution": True}
    good = run_one(world, "run_command", {"data": {"command": "echo 'a b' c"}})
    assert (good["status"], good["result"]["stdout"]) == ("completed", "a b c\n")
    bad = run_one(world, "run_script", {"script": "echo out; echo no >&2; exit 3"})
    assert bad["status"] == "failed"
    assert (bad["result"]["exit_code"], bad["result"]["stderr"]) == (3, "no\n")


def test_a_command_is_not_given_to_a_shell(tmp_path: Path) -> None:
    world = World(tmp_path, allow=ALL)
    world.stub.permissions = {"command_execution": True}
    marker = tmp_path / "marker"
    done = run_one(world, "run_command", {"command": f"echo $HOME; touch {marker}"})
    assert done["result"]["stdout"] == f"$HOME; touch {marker}\n"
    assert not marker.exists()


def test_an_outcome_that_could_not_be_told_is_told_later_and_nothing_runs_twice(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, allow=ALL)
    world.stub.permissions = {"command_execution": True}
    log = tmp_path / "log"
    command_id = world.stub.order("run_script", {"script": f"echo once >> {log}"})

    def refuse(method: str, path: str, body: bytes) -> Any:
        return say(500, {}) if method == "PUT" else None

    world.stub.faults.append(refuse)
    world.live(65)
    world.stub.commands[command_id]["status"] = "pending"  # the server forgot its ack
    world.restart()
    world.live(400)
    assert log.read_text() == "once\n"
    assert world.stub.commands[command_id]["status"] == "completed"


def test_a_command_that_the_server_took_back_is_not_run(tmp_path: Path) -> None:
    world = World(tmp_path, allow=ALL)
    world.stub.permissions = {"command_execution": True}
    marker = tmp_path / "marker"
    world.stub.faults.append(
        lambda method, path, body: say(409, {"detail": "Gone."}) if path.endswith("/ack") else None
    )
    command_id = world.stub.order("run_command", {"command": f"touch {marker}"})
    world.live(1)
    assert not marker.exists()
    assert world.stub.commands[command_id]["status"] == "pending"


@pytest.mark.parametrize("kind", ["restart", "shutdown"])
def test_a_restart_is_told_before_it_is_begun(tmp_path: Path, kind: str) -> None:
    world = World(tmp_path, allow=ALL, restart=("do-restart",), shutdown=("do-shutdown",))
    world.stub.permissions = {"root_access": True}
    command_id = world.stub.order(kind)
    told_first: list[str] = []
    world.agent.orders._power = lambda argv: told_first.append(
        world.stub.commands[command_id]["status"] + " " + " ".join(argv)
    )
    world.live(130)
    assert told_first == [f"completed do-{kind}"]


def test_a_restart_that_could_not_be_told_in_time_is_not_begun(tmp_path: Path) -> None:
    world = World(tmp_path, allow=ALL)
    world.stub.permissions = {"root_access": True}
    world.stub.faults.append(
        lambda method, path, body: say(409, {"detail": "Expired."}) if method == "PUT" else None
    )
    world.stub.order("restart")
    world.live(130)
    assert world.powered == []


def test_a_restart_that_fails_is_told(tmp_path: Path) -> None:
    world = World(tmp_path, allow=ALL)
    world.stub.permissions = {"root_access": True}

    def fail(argv: Any) -> None:
        raise FileNotFoundError(2, "No such file", "systemctl")

    world.agent.orders._power = fail
    world.stub.order("restart")
    world.live(130)
    assert any("can not be begun" in text for _, text in world.stub.told)


def command(kind: str, **payload: Any) -> Command:
    return Command("c1", kind, payload, NOW_US)


def test_running_as_root_takes_the_right_to_it() -> None:
    granted = {"command_execution": True}
    for one, as_root in (
        (command("run_command", run_as_root=True), False),
        (command("run_command", run_as_root="yes"), False),
        (command("run_command"), True),
    ):
        verdict = decide(one, ALL, granted, NOW_US, as_root)
        assert isinstance(verdict, Refuse)
        assert "root_access" in verdict.reason
    assert isinstance(decide(command("run_command"), ALL, granted, NOW_US, False), Run)
    both = {**granted, "root_access": True}
    assert isinstance(decide(command("run_command"), ALL, both, NOW_US, True), Run)
    assert isinstance(decide(command("ping"), ALL, None, NOW_US, False), Wait)


def gone_within(seconds: float, pid: int) -> bool:
    """A killed process dies a moment after the signal, and stays as a zombie if nobody waits."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        process = psutil.Process(pid) if psutil.pid_exists(pid) else None
        with suppress(psutil.NoSuchProcess):
            if process is None or process.status() == psutil.STATUS_ZOMBIE:
                return True
        time.sleep(0.01)
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="a script for /bin/sh")
def test_a_program_that_never_ends_is_ended_with_all_it_started() -> None:
    script = "sleep 1000 & echo $!; sleep 1000"
    outcome = carry_out(command("run_script", script=script, timeout_seconds=0.3), Means())
    assert outcome.status == "failed"
    assert "killed" in outcome.result["error"]
    assert gone_within(10, int(outcome.result["stdout"]))


def test_only_the_end_of_a_long_output_is_kept() -> None:
    argv = f"{shlex.quote(sys.executable)} -c \"print('x' * 300000 + 'end')\""
    result = carry_out(command("run_command", command=argv), Means()).result
    assert result["stdout"].endswith("xend\n")
    assert len(result["stdout"]) == 16 * 1024
    assert result["stdout_bytes"] == 300_004


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        ("run_command", {}, "holds no 'command'"),
        ("run_command", {"command": "/no/such/program"}, "can not be started"),
        ("run_command", {"command": "echo 'open"}, "cut into words"),
        ("run_command", {"command": "true", "timeout_seconds": "soon"}, "timeout_seconds"),
        ("run_script", {"script": "  "}, "holds no 'script'"),
        ("restart_pos_app", {}, "restart_pos_app under"),
    ],
)
def test_what_can_not_be_done_is_an_outcome(kind: str, payload: Any, reason: str) -> None:
    outcome = carry_out(command(kind, **payload), Means())
    assert outcome.status == "failed"
    assert reason in outcome.result["error"]


def test_the_pos_application_is_restarted_as_configured() -> None:
    outcome = carry_out(command("restart_pos_app"), Means(restart_pos_app=("echo", "restarted")))
    assert (outcome.status, outcome.result["stdout"]) == ("completed", "restarted\n")


def test_what_was_begun_when_the_agent_ended_is_told_as_unknown(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "commands.json")
    desk.start(command("run_command"), NOW_US)
    entry = Desk(tmp_path / "commands.json").untold()
    assert entry is not None
    assert entry.status == "failed"
    assert "unknown" in entry.result["error"]


def test_a_restart_untold_when_the_agent_ended_is_not_told_as_done(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "commands.json")
    desk.finish(command("restart"), Outcome("completed", {"message": "now"}, ("reboot",)), NOW_US)
    entry = Desk(tmp_path / "commands.json").untold()
    assert entry is not None
    assert entry.status == "failed"


def test_the_desk_forgets_the_oldest_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "commands.json")
    for number in range(60):
        one = Command(f"c{number}", "ping", {}, NOW_US)
        desk.finish(one, Outcome("completed", {}), NOW_US)
        if number:
            desk.told(one.command_id)
    again = Desk(tmp_path / "commands.json")
    assert again.knows("c0"), "an untold outcome was forgotten"
    assert again.knows("c59")
    assert not again.knows("c5")


def test_notes_that_can_not_be_read_are_begun_anew(tmp_path: Path) -> None:
    for content in (b"{", b"7", b'[1, {"command_id": "c1"}]'):
        (tmp_path / "commands.json").write_bytes(content)
        assert Desk(tmp_path / "commands.json").untold() is None
