"""The memory of programs, measured by the port they listen on."""

import os
from urllib.parse import urlsplit

import psutil


def memory_of_port(url: str) -> int | None:
    """Resident bytes of the program that listens there and of what it started.

    None where it is another machine, nobody, or a program of a user we may not look at.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        return None
    try:
        listening = psutil.net_connections("tcp")
    except (psutil.Error, PermissionError):
        return None
    pids = {
        one.pid
        for one in listening
        if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid
    }
    return sum(map(_whole_family, pids)) or None


def own_memory() -> int:
    return int(psutil.Process(os.getpid()).memory_info().rss)


def _whole_family(pid: int) -> int:
    try:
        parent = psutil.Process(pid)
        return sum(map(_resident, [parent, *parent.children(recursive=True)]))
    except psutil.Error:
        return 0


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
