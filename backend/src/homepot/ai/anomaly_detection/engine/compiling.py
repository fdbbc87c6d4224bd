"""Machine code of the inner step: made at its first use, and kept.

What is marked here is plain Python that works on one stream at a time; numba compiles it, some
seconds long, once for each version of these files. Nothing but the inner step imports what is
marked, and that is loaded by the first feed: who has no readings to judge waits for nothing.
`NUMBA_DISABLE_JIT=1` runs the same code uncompiled, some thousand times slower.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_HERE = Path(__file__).parent
_PREFIX = "step-"
_KEPT_S = 7 * 86400.0
# Beside the code, like Python's own; where that cannot be written, where the process says.
_folders = [_HERE / "__pycache__"]


def also_keep_in(folder: Path) -> None:
    """Where machine code is kept if the folder of the program itself cannot be written."""
    _folders[1:] = [folder]


def inlined(function: Function) -> Function:
    """Part of the inner step; as fast as if it stood where it is called."""
    return _marked(function, forceinline=True)


def seldom(function: Function) -> Function:
    """Part of the inner step that is seldom called."""
    return _marked(function)


def entry(function: Function) -> Function:
    """The inner step as a whole; its machine code is kept."""
    place = folder()
    if place is not None:
        import_module("numba").config.CACHE_DIR = str(place)
    return _marked(function, cache=place is not None)


def _marked(function: Function, **how: bool) -> Function:
    # A division by nothing is infinite, as in numpy; other threads go on meanwhile.
    compiler = import_module("numba").njit(error_model="numpy", nogil=True, **how)
    marked: Function = compiler(function)
    return marked


def folder() -> Path | None:
    """Of its own for these very files: numba looks for changes in one of them alone."""
    digest = hashlib.sha256()
    for path in sorted(_HERE.glob("*.py")):
        digest.update(path.read_bytes())
    for parent in _folders:
        place = parent / f"{_PREFIX}{digest.hexdigest()[:16]}"
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.utime(place)
            _forget_old(parent)
        except OSError:
            continue
        if os.access(place, os.W_OK):
            return place
    return None


def _forget_old(parent: Path) -> None:
    for old in parent.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):  # another process was quicker
            if old.stat().st_mtime < time.time() - _KEPT_S:
                shutil.rmtree(old, ignore_errors=True)
