"""Starting other programs: with a time limit, and with the end of what they write."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

TAIL_BYTES = 16 * 1024
_PIECE_BYTES = 64 * 1024
# After a program has been killed, something it left behind may still hold its output open.
LEFTOVER_S = 2.0


@dataclass(frozen=True)
class Ended:
    """How a program ended. No exit code: it was killed when its time was up."""

    exit_code: int | None
    stdout: str
    stderr: str
    stdout_bytes: int
    stderr_bytes: int


class _Tail:
    """Reads everything, so that the program never waits for us, and keeps the end."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.total = 0
        self._kept = b""
        self._pipe = pipe
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError), self._pipe:
            while piece := os.read(self._pipe.fileno(), _PIECE_BYTES):
                self.total += len(piece)
                self._kept = (self._kept + piece)[-TAIL_BYTES:]

    def text(self, wait_s: float | None) -> str:
        self._thread.join(wait_s)
        return self._kept.decode(errors="replace")


def run_program(argv: Sequence[str], given: bytes, limit_s: float) -> Ended:
    """Run it to its end or until its time is up; raise OSError where it can not be started."""
    process = subprocess.Popen(  # noqa: S603 - a list of words, no shell
        list(argv),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    out, err = _Tail(process.stdout), _Tail(process.stderr)
    feeder = threading.Thread(target=_feed, args=(process.stdin, given), daemon=True)
    feeder.start()
    exit_code: int | None
    try:
        exit_code = process.wait(limit_s)
    except subprocess.TimeoutExpired:
        exit_code = None
    # Whatever it started ends with it: a command leaves nothing running that nobody watches.
    _kill_all(process)
    process.wait()
    stdout, stderr = out.text(LEFTOVER_S), err.text(LEFTOVER_S)
    return Ended(exit_code, stdout, stderr, out.total, err.total)


def _feed(pipe: IO[bytes], given: bytes) -> None:
    with contextlib.suppress(OSError):
        pipe.write(given)
    with contextlib.suppress(OSError):
        pipe.close()


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
