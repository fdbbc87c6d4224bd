"""What the running agent says of itself, for `homepot-agent status`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from homepot_agent import files


@dataclass
class Status:
    """Written at every interval; all times in microseconds since 1970."""

    version: str = ""
    pid: int = 0
    written_us: int = 0
    started_us: int = 0
    interval_s: float = 0.0
    running: bool = False
    device_id: str = ""
    server: str = ""
    collected: int = 0
    last_collected_us: int | None = None
    metrics: list[str] = field(default_factory=list)
    clock_is_set: bool = True
    sent: int = 0
    last_sent_us: int | None = None
    last_heard_us: int | None = None
    unreachable_since_us: int | None = None
    next_try_in_s: float | None = None
    last_error: str = ""
    last_error_us: int | None = None
    clock_behind_server_us: int | None = None
    waiting: int = 0
    oldest_waiting_us: int | None = None
    spool_bytes: int = 0
    spool_bytes_max: int = 0
    dropped: int = 0
    damaged: int = 0
    in_memory_only: int = 0
    disk_trouble: str = ""
    rejected: int = 0
    allow: list[str] = field(default_factory=list)


def save(path: Path, status: Status) -> None:
    """Not flushed: after a power cut the next interval writes it anew."""
    files.replace_file(path, json.dumps(asdict(status)).encode(), lasting=False)


def load(path: Path) -> Status | None:
    """None where no agent has run here, or its note is torn."""
    try:
        facts: dict[str, Any] = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    names = {one.name for one in fields(Status)}
    return Status(**{name: value for name, value in facts.items() if name in names})
