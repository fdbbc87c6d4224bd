"""The lock for starting and stopping."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from homepot.core.embedded_postgres.errors import StartFailed
from homepot.core.locks import FileLock

_POLL_S = 0.02


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
