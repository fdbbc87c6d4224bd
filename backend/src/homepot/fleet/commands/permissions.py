"""What the owner of a device permits, and which command needs which of it.

The five names of the wire, with the meaning that stock agents give them (an agent checks again
before it runs anything), and `contact`: it covers the commands that only ask the device to say
what it says anyhow. `contact` is granted until somebody withdraws it, the others are not granted
until somebody does.
"""

from collections.abc import Mapping
from typing import Any

CONTACT = "contact"
ON_THE_WIRE = (
    "root_access",
    "command_execution",
    "process_monitoring",
    "filesystem_access",
    "network_monitoring",
)
DEFAULTS: dict[str, bool] = {CONTACT: True, **dict.fromkeys(ON_THE_WIRE, False)}

NEEDED: dict[str, str] = {
    "ping": CONTACT,
    "status_request": CONTACT,
    "request_permission": CONTACT,
    "health_check": "command_execution",
    "restart_pos_app": "command_execution",
    "run_command": "command_execution",
    "run_script": "command_execution",
    "restart": "root_access",
    "shutdown": "root_access",
    "update_config": "filesystem_access",
    "update_pos_payment_config": "filesystem_access",
}
COMMAND_TYPES = tuple(sorted(NEEDED))


def needed_for(command_type: str, payload: Mapping[str, Any] | None) -> list[str]:
    """Every permission this command needs.

    >>> needed_for("run_script", {"data": {"run_as_root": True}})
    ['command_execution', 'root_access']
    """
    needed = [NEEDED[command_type]]
    if command_type in {"run_command", "run_script"} and _as_root(payload):
        needed.append("root_access")
    return needed


def _as_root(payload: Mapping[str, Any] | None) -> bool:
    """Agents look into `data` where there is one; anything but a plain no counts as yes."""
    if payload is None:
        return False
    inner = payload.get("data")
    asked = (payload, inner) if isinstance(inner, Mapping) else (payload,)
    return any(one.get("run_as_root", False) is not False for one in asked)


def missing(needed: list[str], granted: Mapping[str, bool]) -> list[str]:
    return [name for name in needed if not granted.get(name, DEFAULTS[name])]
