"""Locks between processes that vanish with whoever holds them, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from homepot.core.embedded_postgres.errors import StartFailed

_POLL_S = 0.02


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

    def share(self) -> None:
        """Hold it together with others. While the door is held nobody holds it alone."""
        if not self.take(shared=True):
            raise StartFailed(f"{self._path} is held by something that is not HOMEPOT.")

    def release(self) -> None:
        if self._file is None:
            return
        # Unlock before closing: a child between fork and exec still has the file open.
        fcntl.flock(self._file, fcntl.LOCK_UN)
        os.close(self._file)
        self._file = None


def is_free(path: Path) -> bool:
    """Whether nobody holds it, shared or not. Only sure while the door is held."""
    lock = FileLock(path)
    if not lock.take():
        return False
    lock.release()
    return True


@contextmanager
def door(path: Path, patience_s: float) -> Iterator[None]:
    """Only one at a time starts or stops the server."""
    lock = FileLock(path)
    deadline = time.monotonic() + patience_s
    while not lock.take():
        if time.monotonic() > deadline:
            raise StartFailed(
                f"Another HOMEPOT command has been starting or stopping the database server for"
                f" more than {patience_s:.0f} s. See what it is doing (it holds {path}), end it,"
                " and try again."
            )
        time.sleep(_POLL_S)
    try:
        yield
    finally:
        lock.release()
