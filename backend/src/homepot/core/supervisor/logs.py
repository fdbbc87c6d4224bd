"""One file for each part's words, never larger than a few tens of megabytes."""

import os
import shutil
from pathlib import Path

SIZE_MAX_BYTES = 20 * 1024 * 1024
_TAIL_BYTES = 8 * 1024

# Never through a link that somebody else may have laid.
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


def open_log(path: Path) -> int:
    """For appending; the caller closes it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, _APPEND, 0o600)


def put_aside_if_large(path: Path) -> None:
    """Keep one older file. Whoever is writing goes on at the beginning of the emptied one."""
    if not path.exists() or path.stat().st_size <= SIZE_MAX_BYTES:
        return
    # Copied, not renamed: the part that writes it keeps it open.
    shutil.copyfile(path, path.with_suffix(".log.1"))
    os.truncate(path, 0)


def put_aside_large_ones(folder: Path) -> None:
    for path in folder.glob("*.log"):
        put_aside_if_large(path)


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def last_line(path: Path, since: int = 0) -> str:
    """The last thing said after that place; empty when nothing was."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(since, size(path) - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").split("\n")
    # A traceback of several faults ends in a frame of dashes.
    words = (line.strip(" |") for line in reversed(lines) if any(map(str.isalnum, line)))
    return next(words, "")


def said(path: Path, since: int) -> str:
    """All that was said after that place, as far as a person would read it."""
    with path.open("rb") as file:
        file.seek(max(since, size(path) - _TAIL_BYTES))
        return file.read().decode(errors="replace").strip()
