"""Each command's way across this device, on disk, so that none is carried out twice.

    listed -> refused ------------------------> told
           -> accepted -> started -> done ----> told

A command is noted as started before it is begun. One that was started when the agent ended is
not begun again: its outcome is told as unknown.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from homepot_agent import files
from homepot_agent.commands.carry_out import Outcome
from homepot_agent.commands.decide import Command

log = logging.getLogger(__name__)

REMEMBERED_MAX = 30
STARTED, DONE, TOLD = "started", "done", "told"
POWER = frozenset({"restart", "shutdown"})


@dataclass
class Entry:
    """One command that this device has dealt with."""

    command_id: str
    kind: str
    stage: str
    status: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    at_us: int = 0


class Desk:
    """The notes about commands, the newest of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        for row in _read(path):
            entry = Entry(**row)
            self._entries[entry.command_id] = entry
        self._close_what_was_open()

    def _close_what_was_open(self) -> None:
        for entry in self._entries.values():
            if entry.stage == STARTED:
                entry.result = {"error": "The agent ended while this ran; its outcome is unknown."}
            elif entry.stage == DONE and entry.kind in POWER:
                entry.result = {"error": "The agent ended before this was begun."}
            else:
                continue
            entry.stage, entry.status = DONE, "failed"

    def knows(self, command_id: str) -> bool:
        return command_id in self._entries

    def start(self, command: Command, at_us: int) -> None:
        """Note that it is begun; on disk before this returns, or OSError and nothing noted."""
        with self._lock:
            self._entries[command.command_id] = Entry(
                command.command_id, command.kind, STARTED, at_us=at_us
            )
            try:
                self._save()
            except OSError:
                del self._entries[command.command_id]
                raise

    def finish(self, command: Command, outcome: Outcome, at_us: int) -> None:
        with self._lock:
            self._entries[command.command_id] = Entry(
                command.command_id, command.kind, DONE, outcome.status, outcome.result, at_us
            )
            self._save_if_possible()

    def untold(self) -> Entry | None:
        """The oldest outcome that the server does not have."""
        with self._lock:
            return next((one for one in self._entries.values() if one.stage == DONE), None)

    def told(self, command_id: str) -> None:
        with self._lock:
            self._entries[command_id].stage = TOLD
            self._save_if_possible()

    def tell_again(self, command_id: str) -> None:
        """The server still waits for an outcome that it was told."""
        with self._lock:
            if self._entries[command_id].stage == TOLD:
                self._entries[command_id].stage = DONE

    def _save_if_possible(self) -> None:
        """What was begun is on disk; should its end be lost, it is told as unknown."""
        try:
            self._save()
        except OSError as error:
            log.warning("A command's outcome can not be noted on disk: %s", error)

    def _save(self) -> None:
        told = [one.command_id for one in self._entries.values() if one.stage == TOLD]
        for command_id in told[: max(0, len(self._entries) - REMEMBERED_MAX)]:
            del self._entries[command_id]
        rows = [asdict(one) for one in self._entries.values()]
        files.replace_file(self._path, json.dumps(rows).encode(), lasting=True)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads(path.read_bytes())
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        log.error("The notes about commands can not be read, beginning new ones: %s", error)  # noqa: TRY400
        return []
    known = set(Entry.__dataclass_fields__)
    if not isinstance(rows, list):
        return []
    return [one for one in rows if isinstance(one, dict) and set(one) == known]
