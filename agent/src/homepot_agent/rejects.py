"""What the server would not take, and why: kept for people to read, never sent again."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from pathlib import Path

from homepot_agent import files
from homepot_agent.clock import iso
from homepot_agent.spool.records import Report

log = logging.getLogger(__name__)

BYTES_MAX = 512 * 1024


class Rejects:
    """A file of JSON lines; when it is full it becomes `.old`, and the one before is gone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.count = 0

    def note(self, report: Report, reason: str) -> None:
        self.count += 1
        log.error(
            "The server does not take the report of %s: %s (kept in %s)",
            iso(report.stamp_us),
            reason,
            self._path.name,
        )
        line = {
            "timestamp": iso(report.stamp_us),
            "reason": reason,
            "metrics": report.metrics.decode(errors="replace"),
        }
        try:
            self._append(json.dumps(line).encode() + b"\n")
        except OSError as error:
            log.warning("It can not be kept: %s", error)

    def _append(self, data: bytes) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_size + len(data) > BYTES_MAX:
                self._path.replace(self._path.with_suffix(".old"))
        handle = files.open_for_append(self._path)
        try:
            files.write_all(handle, data)
        finally:
            os.close(handle)
