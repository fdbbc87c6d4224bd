"""Whether a command is carried out. Pure: permissions and the time are arguments.

Two owners have a say. On the server a device's owner grants permissions; on the device itself
whoever installed the agent lists the kinds it may carry out at all. Both must agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Union

from homepot_agent.clock import parsed_us

LIFE_US = 300_000_000
ALLOWED_BY_DEFAULT = ("ping", "health_check", "status_request")
CONTACT = "contact"
# The permission each kind needs; `contact` holds unless it was withdrawn.
NEEDED: Mapping[str, str] = {
    "ping": CONTACT,
    "status_request": CONTACT,
    "health_check": "command_execution",
    "restart_pos_app": "command_execution",
    "run_command": "command_execution",
    "run_script": "command_execution",
    "restart": "root_access",
    "shutdown": "root_access",
}
# Kinds of the wire that this agent has no means for.
WITHOUT_MEANS: Mapping[str, str] = {
    "request_permission": "This agent has no screen to ask somebody at the device.",
    "update_config": "This agent is configured in its own file on the device.",
    "update_pos_payment_config": "This agent does not touch payment configuration.",
}


@dataclass(frozen=True)
class Command:
    """One command as the server lists it."""

    command_id: str
    kind: str
    payload: Mapping[str, Any]
    created_us: int | None


@dataclass(frozen=True)
class Run:
    """Both owners agree."""


@dataclass(frozen=True)
class Refuse:
    """Told to the server with this status and reason."""

    status: str
    reason: str


@dataclass(frozen=True)
class Wait:
    """Not known yet; asked again at the next poll."""

    reason: str


Verdict = Union[Run, Refuse, Wait]


def read_command(row: Mapping[str, Any]) -> Command | None:
    """None where the row has no id to answer to."""
    command_id = row.get("command_id")
    if not isinstance(command_id, (str, int)) or not str(command_id):
        return None
    payload = row.get("payload")
    inner = payload.get("data") if isinstance(payload, dict) else None
    asked = inner if isinstance(inner, dict) else payload
    created = row.get("created_at")
    return Command(
        str(command_id),
        str(row.get("command_type", "")).strip().lower(),
        asked if isinstance(asked, dict) else {},
        parsed_us(created) if isinstance(created, str) else None,
    )


def expired(command: Command, server_now_us: int) -> bool:
    return command.created_us is not None and server_now_us - command.created_us > LIFE_US


def needed_for(command: Command, agent_is_root: bool) -> list[str]:
    """Every permission it takes on the server; a program started by root runs as root."""
    needed = [NEEDED[command.kind]]
    if command.kind in {"run_command", "run_script"} and (
        agent_is_root or command.payload.get("run_as_root", False) is not False
    ):
        needed.append("root_access")
    return needed


def decide(
    command: Command,
    allowed: frozenset[str],
    permissions: Mapping[str, bool] | None,
    server_now_us: int,
    agent_is_root: bool,
) -> Verdict:
    """What becomes of a command; `permissions` is None while the server has not told them."""
    if expired(command, server_now_us):
        return Refuse("expired", "It is older than 300 s and was not carried out.")
    if command.kind in WITHOUT_MEANS:
        return Refuse("failed", WITHOUT_MEANS[command.kind])
    if command.kind not in NEEDED:
        return Refuse("failed", f"This agent does not know the command {command.kind!r}.")
    if command.kind not in allowed:
        return Refuse(
            "failed",
            f"{command.kind} is not on the list of what this device allows; its installer can add"
            " it under [commands] allow in the agent's configuration.",
        )
    if permissions is None:
        return Wait("The device's permissions are not known yet.")
    missing = [
        name
        for name in needed_for(command, agent_is_root)
        if not permissions.get(name, name == CONTACT)
    ]
    if missing:
        return Refuse("failed", f"The device's owner has not granted {' and '.join(missing)}.")
    return Run()
