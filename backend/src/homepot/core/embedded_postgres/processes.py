"""Starting, watching and ending the server's processes; the only place that knows psutil."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import psutil

from homepot.core.embedded_postgres.identity import ServerUser
from homepot.core.tether import tethered

# Nothing of the launcher's surroundings reaches the server: neither PG* nor LD_* variables.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_DETACH = '"$@" </dev/null >&2 & echo $!'
_POLL_S = 0.02


def run_as(
    user: ServerUser, command: Sequence[str], timeout_s: float = 60
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  commands are the launcher's own
        command,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        timeout=timeout_s,
        **_identity(user),
    )


def start_detached(user: ServerUser, command: Sequence[str], log_file: int) -> "Server":
    """Start a server that outlives this process: others may be using it by then."""
    # The shell is its parent and ends at once, so that the server is nobody's zombie later.
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", _DETACH, "sh", *command],
        stdout=subprocess.PIPE,
        stderr=log_file,
        stdin=subprocess.DEVNULL,
        text=True,
        check=True,
        cwd="/",
        env=_ENVIRONMENT,
        start_new_session=True,  # Ctrl-C in the launcher's terminal is not meant for it
        timeout=30,
        **_identity(user),
    )
    return Server(int(done.stdout))


def start_tethered(user: ServerUser, command: Sequence[str], log_file: int) -> "Server":
    """Start a server that dies with the thread that calls this."""
    child = subprocess.Popen(  # noqa: S603
        tethered(command, signal.SIGINT, uid=user.uid, gid=user.gid),
        stdin=subprocess.DEVNULL,
        stdout=log_file,
        stderr=log_file,
        cwd="/",
        env=_ENVIRONMENT,
        start_new_session=True,
    )
    return Server(child.pid, child)


class _Identity(TypedDict):
    user: int | None
    group: int | None
    extra_groups: list[int] | None


def _identity(user: ServerUser) -> _Identity:
    if not user.is_other:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": user.uid, "group": user.gid, "extra_groups": []}


class Server:
    """A running server process, our child or not."""

    def __init__(self, pid: int, child: "subprocess.Popen[bytes] | None" = None) -> None:
        self.pid = pid
        self._child = child
        try:
            # Remembers when it was started, so that a later process of this number is not it.
            self._process: psutil.Process | None = psutil.Process(pid)
        except psutil.NoSuchProcess:
            self._process = None

    @property
    def is_child(self) -> bool:
        return self._child is not None

    def is_alive(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        if self._process is None:
            return False
        try:
            is_zombie = self._process.status() == psutil.STATUS_ZOMBIE
            return bool(self._process.is_running() and not is_zombie)
        except psutil.NoSuchProcess:
            return False

    @property
    def exit_code(self) -> int | None:
        """Minus the signal's number after a signal; None while it lives or is not our child."""
        return self._child.returncode if self._child is not None else None

    def send(self, signal_number: signal.Signals) -> None:
        if self._process is None or not self.is_alive():
            return
        try:
            self._process.send_signal(signal_number)
        except psutil.NoSuchProcess:
            return

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended in that time."""
        deadline = time.monotonic() + timeout_s
        while self.is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True


def processes_in(folder: Path, uid: int) -> list[Server]:
    """The processes of this user that work in the folder, as a server and its backends do."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.uids().effective == uid and process.cwd() == str(folder):
                found.append(Server(process.pid))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return [server for server in found if server.is_alive()]


def find_server(pid: int, folder: Path, uid: int) -> Server | None:
    """The process of this number, if it is a server on this folder and nothing else."""
    try:
        process = psutil.Process(pid)
        if process.uids().effective != uid or process.cwd() != str(folder):
            return None
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    server = Server(pid)
    return server if server.is_alive() else None
