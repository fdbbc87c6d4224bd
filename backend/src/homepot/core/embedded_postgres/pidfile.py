"""Reads `postmaster.pid`, which the server writes about itself."""

from dataclasses import dataclass

_PID, _SOCKET_DIR, _STATUS = 0, 4, 7


@dataclass(frozen=True)
class PidFile:
    pid: int
    socket_dir: str
    """Empty while the server has not opened its socket yet."""
    status: str
    """"starting", "ready", "stopping", or empty while it has not said yet."""

    @property
    def is_ready(self) -> bool:
        return self.status == "ready"

    @property
    def is_stopping(self) -> bool:
        return self.status == "stopping"


def parse_pidfile(text: str) -> PidFile | None:
    """None when it is not (or not yet) one.

    >>> parse_pidfile("71\\n/d\\n1792\\n5432\\n/s\\n\\n 1 2\\nready   \\n")
    PidFile(pid=71, socket_dir='/s', status='ready')
    """
    lines = text.split("\n")
    if not lines[_PID].strip().isdecimal():
        return None
    lines += [""] * (_STATUS + 1 - len(lines))
    return PidFile(int(lines[_PID]), lines[_SOCKET_DIR], lines[_STATUS].strip())
