"""Where the agent keeps its things, on each system."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

NAME = "homepot-agent"
SYSTEM_CONFIG = Path("/etc/homepot-agent.conf")


def state_folder(given: str | None, environ: Mapping[str, str]) -> Path:
    """The folder of identity, spool and notes: the one given, or the system's usual place."""
    chosen = given or environ.get("HOMEPOT_AGENT_STATE") or environ.get("STATE_DIRECTORY")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(environ.get("PROGRAMDATA", "C:\\ProgramData")) / NAME
    is_root = os.geteuid() == 0
    if sys.platform == "darwin":
        home = Path("/") if is_root else Path.home()
        return home / "Library" / "Application Support" / NAME
    if is_root:
        return Path("/var/lib") / NAME
    return Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / NAME


def config_file(given: str | None, state: Path) -> Path | None:
    """The file given (which must exist), else the one beside the state, else the system's."""
    if given:
        return Path(given)
    usual = (state / "agent.conf", SYSTEM_CONFIG)
    return next((path for path in usual if path.is_file()), None)


def identity_file(state: Path) -> Path:
    return state / "identity.json"


def status_file(state: Path) -> Path:
    return state / "status.json"


def spool_folder(state: Path) -> Path:
    return state / "spool"


def commands_file(state: Path) -> Path:
    return state / "commands.json"


def rejects_file(state: Path) -> Path:
    return state / "rejects.jsonl"
