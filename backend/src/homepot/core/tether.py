"""Runs a program that dies with the one that started it, even when that one is killed.

    python -I -S tether.py SIGNAL PARENT UID GID program argument...

It is a program of its own, run by its path, because the change of user must come before the
kernel is asked (it forgets at that change), and neither may be done between fork and exec of a
process that has threads. The kernel watches the parent's *thread* that started this one.
"""

import ctypes
import os
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
PARENT_GONE = 3


def tethered(
    command: Sequence[str], death_signal: int, *, uid: int | None = None, gid: int | None = None
) -> list[str]:
    """The command that runs this one so; to be started by the calling thread."""
    words = (death_signal, os.getpid(), os.geteuid() if uid is None else uid)
    group = os.getegid() if gid is None else gid
    return [sys.executable, "-I", "-S", __file__, *map(str, (*words, group)), *command]


def main(words: list[str]) -> None:
    signal_number, parent, uid, gid = (int(word) for word in words[:4])
    program = words[4:]
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(PARENT_GONE)
    os.execv(program[0], program)  # noqa: S606  the command is the launcher's own


if __name__ == "__main__":
    main(sys.argv[1:])
