"""Locks between processes that vanish with whoever holds them, however it ends."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """One flock. Not shared with child programs: the file is closed when they are started."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, *, shared: bool = False) -> bool:
        """Whether it could be had at once."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        except BaseException:
            os.close(file)
            raise
        self._file = file
        return True

    def note(self, text: str) -> None:
        """Leave word of who holds it; only the holder may."""
        if self._file is None:
            raise RuntimeError("only the holder of a lock writes into it")
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text.encode(), 0)

    def release(self) -> None:
        if self._file is None:
            return
        # Unlock before closing: a child between fork and exec still has the file open.
        fcntl.flock(self._file, fcntl.LOCK_UN)
        os.close(self._file)
        self._file = None


def is_free(path: Path) -> bool:
    """Whether nobody holds it, shared or not. It is held for a moment to find out."""
    lock = FileLock(path)
    if not lock.take():
        return False
    lock.release()
    return True
