"""The file the server's own log goes to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SIZE_MAX_BYTES = 10 * 1024 * 1024
_SAID_MAX_BYTES = 16 * 1024

# Never through a link that somebody else may have laid.
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


@dataclass(frozen=True)
class LogFile:
    path: Path

    @contextmanager
    def opened(self) -> Iterator[tuple[int, int]]:
        """The open file and where it ends now; a large one is put aside first."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size > _SIZE_MAX_BYTES:
            self.path.rename(self.path.with_suffix(".log.1"))
        # Opened by the launcher: the server user need not be able to reach it.
        file = os.open(self.path, _APPEND, 0o600)
        try:
            yield file, os.fstat(file).st_size
        finally:
            os.close(file)

    def since(self, offset: int) -> str:
        """What was written after that place; only the end of it if that is much."""
        with self.path.open("rb") as file:
            file.seek(max(offset, self.path.stat().st_size - _SAID_MAX_BYTES))
            return file.read().decode(errors="replace")
