"""The agent's own configuration: a small file, and flags that stand above it.

[agent]     interval_s, heartbeat_s, command_poll_s, backlog_pause_s, spool_mb, disk_path,
            sequence, log_level
[server]    timeout_s, backoff_base_s, backoff_cap_s, probe_s, ca, insecure_http
[commands]  allow, time_limit_s, restart_pos_app, restart, shutdown
"""

from __future__ import annotations

import configparser
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from homepot_agent.backoff import BASE_S, CAP_S, PROBE_S
from homepot_agent.commands.carry_out import LIMIT_S_MAX
from homepot_agent.commands.decide import ALLOWED_BY_DEFAULT, NEEDED


class BadConfig(Exception):
    """Something in the configuration can not be used; the text says where and what would do."""


@dataclass(frozen=True)
class Config:
    """Everything that can be set; all of it has a default."""

    interval_s: float = 30.0
    heartbeat_s: float = 30.0
    command_poll_s: float = 60.0
    backlog_pause_s: float = 1.0
    spool_mb: float = 256.0
    disk_path: str | None = None
    sequence: bool = False
    log_level: str = "info"
    timeout_s: float = 15.0
    backoff_base_s: float = BASE_S
    backoff_cap_s: float = CAP_S
    probe_s: float = PROBE_S
    ca: Path | None = None
    insecure_http: bool = False
    allow: frozenset[str] = frozenset(ALLOWED_BY_DEFAULT)
    time_limit_s: float = 60.0
    restart_pos_app: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()
    shutdown: tuple[str, ...] = ()


def _number(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            raise ValueError(f"must be a number from {low:g} to {high:g}") from None
        if not low <= number <= high:
            raise ValueError(f"must be from {low:g} to {high:g}")
        return number

    return read


def _yes(text: str) -> bool:
    answer = configparser.ConfigParser.BOOLEAN_STATES.get(text.strip().lower())
    if answer is None:
        raise ValueError("must be yes or no")
    return answer


def _level(text: str) -> str:
    if text.strip().lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("must be debug, info, warning or error")
    return text.strip().lower()


def _kinds(text: str) -> frozenset[str]:
    kinds = frozenset(text.replace(",", " ").split())
    unknown = sorted(kinds - NEEDED.keys())
    if unknown:
        raise ValueError(f"knows no {', '.join(unknown)}; there are {', '.join(sorted(NEEDED))}")
    return kinds


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise ValueError(f"is no command: {error}") from None


def _folder(text: str) -> str:
    if not Path(text).is_dir():
        raise ValueError(f"names {text}, which is no folder here")
    return text


def _file(text: str) -> Path:
    if not Path(text).is_file():
        raise ValueError(f"names {text}, which is no file here")
    return Path(text)


_SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "interval_s": ("agent", _number(0.01, 86_400)),
    "heartbeat_s": ("agent", _number(0.1, 3600)),
    "command_poll_s": ("agent", _number(0.1, 3600)),
    "backlog_pause_s": ("agent", _number(0, 3600)),
    "spool_mb": ("agent", _number(0.1, 1_000_000)),
    "disk_path": ("agent", _folder),
    "sequence": ("agent", _yes),
    "log_level": ("agent", _level),
    "timeout_s": ("server", _number(1, 300)),
    "backoff_base_s": ("server", _number(0.01, 3600)),
    "backoff_cap_s": ("server", _number(0.01, 3600)),
    "probe_s": ("server", _number(0.01, 3600)),
    "ca": ("server", _file),
    "insecure_http": ("server", _yes),
    "allow": ("commands", _kinds),
    "time_limit_s": ("commands", _number(1, LIMIT_S_MAX)),
    "restart_pos_app": ("commands", _words),
    "restart": ("commands", _words),
    "shutdown": ("commands", _words),
}
# What each flag of the command is for.
MEANINGS: Mapping[str, str] = {
    "interval_s": "seconds from one measurement to the next; 30",
    "heartbeat_s": "seconds between signs of life; 30",
    "command_poll_s": "seconds between two questions for commands; 60",
    "backlog_pause_s": "seconds between two batches of what has waited; 1",
    "spool_mb": "megabytes of reports kept on disk at most; 256",
    "timeout_s": "seconds an answer may take; 15",
    "backoff_base_s": "seconds the first wait after a failure takes at most; 30",
    "backoff_cap_s": "seconds any wait takes at most; 3600",
    "probe_s": "seconds, up to twice as many, between looks whether the server is back; 60",
    "disk_path": "the folder whose disk is measured",
    "allow": "commands that may be carried out, with commas; health_check,ping,status_request",
    "log_level": "debug, info, warning or error; info",
    "ca": "certificate authority of the server, a PEM file",
    "sequence": "number the reports, so that a missing one can be found",
    "insecure_http": "allow plain http outside the private network",
}
assert set(_SETTINGS) == {one.name for one in fields(Config)}


def load(path: Path | None, flags: Mapping[str, str | None]) -> Config:
    """The defaults, changed by the file where there is one, changed by the flags."""
    config = _from_file(path) if path else Config()
    given = {
        name: _value(f"--{name.replace('_', '-')}", name, text)
        for name, text in flags.items()
        if text is not None
    }
    return replace(config, **given)


def _from_file(path: Path) -> Config:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path} can not be read: {error}") from error
    except configparser.Error as error:
        raise BadConfig(f"{path}: {' '.join(str(error).split())}") from error
    values: dict[str, Any] = {}
    for section in parser.sections():
        for name, text in parser.items(section):
            where = f"{path}: [{section}] {name}"
            if name not in _SETTINGS or _SETTINGS[name][0] != section:
                raise BadConfig(f"{where} is nothing that can be set; there is {_known()}")
            values[name] = _value(where, name, text)
    return replace(Config(), **values)


def _value(where: str, name: str, text: str) -> Any:
    try:
        return _SETTINGS[name][1](text)
    except ValueError as error:
        raise BadConfig(f"{where} {error}") from error


def _known() -> str:
    return ", ".join(f"[{section}] {name}" for name, (section, _) in _SETTINGS.items())
