"""Carrying out a command that was permitted, and saying truthfully how it went."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from homepot_agent.commands.decide import Command
from homepot_agent.commands.programs import run_program

LIMIT_S_MAX = 240.0


def agent_is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


@dataclass(frozen=True)
class Outcome:
    """What is told to the server; `afterwards` is carried out once the server has it."""

    status: str
    result: Mapping[str, Any]
    afterwards: Sequence[str] = ()


@dataclass(frozen=True)
class Means:
    """With what this device carries commands out."""

    time_limit_s: float = 60.0
    restart_pos_app: Sequence[str] = ()
    restart: Sequence[str] = ()
    shutdown: Sequence[str] = ()
    status: Callable[[], Mapping[str, Any]] = field(default=dict)


def usual_restart() -> list[str]:
    if sys.platform == "win32":
        return ["shutdown", "/r", "/t", "0"]
    return ["systemctl", "reboot"] if sys.platform == "linux" else ["shutdown", "-r", "now"]


def usual_shutdown() -> list[str]:
    if sys.platform == "win32":
        return ["shutdown", "/s", "/t", "0"]
    return ["systemctl", "poweroff"] if sys.platform == "linux" else ["shutdown", "-h", "now"]


def carry_out(command: Command, means: Means) -> Outcome:
    """Do it, with a time limit; what goes wrong is an outcome, not an exception."""
    if command.kind == "ping":
        return Outcome("completed", {"message": "pong"})
    if command.kind in {"status_request", "health_check"}:
        return Outcome("completed", dict(means.status()))
    if command.kind == "restart":
        argv = means.restart or usual_restart()
        return Outcome("completed", {"message": "The device restarts now."}, argv)
    if command.kind == "shutdown":
        argv = means.shutdown or usual_shutdown()
        return Outcome("completed", {"message": "The device shuts down now."}, argv)
    if command.kind == "restart_pos_app":
        if not means.restart_pos_app:
            return _failed(
                "How to restart the point-of-sale application is not configured on this device:"
                " set restart_pos_app under [commands]."
            )
        return _ran(means.restart_pos_app, b"", means.time_limit_s)
    return _asked_program(command, means)


def _asked_program(command: Command, means: Means) -> Outcome:
    name = "script" if command.kind == "run_script" else "command"
    source = command.payload.get(name)
    if not isinstance(source, str) or not source.strip():
        return _failed(f"The payload holds no {name!r}.")
    limit_s = command.payload.get("timeout_seconds", means.time_limit_s)
    if isinstance(limit_s, bool) or not isinstance(limit_s, (int, float)) or not limit_s > 0:
        return _failed("timeout_seconds is not a number above 0.")
    try:
        argv = _interpreter() if name == "script" else shlex.split(source)
    except ValueError as error:
        return _failed(f"The command can not be cut into words: {error}.")
    if command.payload.get("run_as_root", False) is not False and not agent_is_root():
        argv = ["sudo", "-n", "--", *argv]
    given = source.encode() if name == "script" else b""
    return _ran(argv, given, min(float(limit_s), LIMIT_S_MAX))


def _interpreter() -> list[str]:
    if sys.platform == "win32":
        return ["powershell", "-NoProfile", "-NonInteractive", "-Command", "-"]
    return ["/bin/sh", "-s"]


def _ran(argv: Sequence[str], given: bytes, limit_s: float) -> Outcome:
    try:
        ended = run_program(argv, given, limit_s)
    except (OSError, ValueError) as error:
        return _failed(f"{argv[0]} can not be started: {error}.")
    result: dict[str, Any] = {
        "exit_code": ended.exit_code,
        "stdout": ended.stdout,
        "stderr": ended.stderr,
        "stdout_bytes": ended.stdout_bytes,
        "stderr_bytes": ended.stderr_bytes,
    }
    if ended.exit_code is None:
        result["error"] = f"It was not done within {limit_s:g} s and was killed."
    return Outcome("completed" if ended.exit_code == 0 else "failed", result)


def _failed(reason: str) -> Outcome:
    return Outcome("failed", {"error": reason})
