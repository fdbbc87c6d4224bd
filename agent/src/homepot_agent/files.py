"""Writing files so that they are there afterwards, and so that nobody else reads them."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700
_BINARY = getattr(os, "O_BINARY", 0)


def sync_file(handle: int) -> None:
    """Return once the content is on the medium, not only in a cache.

    macOS keeps it in the drive's cache after fsync, and has a call of its own for more.
    """
    if sys.platform == "darwin":
        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    elif sys.platform == "linux":
        os.fdatasync(handle)
    else:
        os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Make a file's appearance in its folder lasting. Windows does that by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_for_append(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, PRIVATE)


def write_all(handle: int, data: bytes) -> None:
    """Write everything or raise; the system may take it in pieces."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def replace_file(path: Path, data: bytes, lasting: bool) -> None:
    """Put `data` in place of the file, wholly or not at all, readable for its owner alone."""
    fresh = path.with_name(path.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, PRIVATE)
    try:
        write_all(handle, data)
        if lasting:
            sync_file(handle)
    finally:
        os.close(handle)
    fresh.replace(path)
    if lasting:
        sync_folder(path.parent)


def make_private_folder(folder: Path) -> None:
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)


def give_to_owner_of(folder: Path, path: Path) -> None:
    """What root writes into the folder of a service's user belongs to that user."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return
    owner = folder.stat()
    if owner.st_uid != 0:
        os.chown(path, owner.st_uid, owner.st_gid)


class AlreadyRunning(Exception):
    """Another agent uses this state folder: stop it first, or give this one its own --state."""


class FolderLock:
    """Held while an agent runs on a state folder; the system drops it when the process ends."""

    def __init__(self, folder: Path) -> None:
        path = folder / "lock"
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | _BINARY, PRIVATE)
        give_to_owner_of(folder, path)
        try:
            self._take()
        except OSError as error:
            os.close(self._handle)
            raise AlreadyRunning(AlreadyRunning.__doc__) from error

    def _take(self) -> None:
        if sys.platform == "win32":
            msvcrt.locking(self._handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        os.close(self._handle)
