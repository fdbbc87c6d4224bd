"""The machine: the programs that belong to HOMEPOT, memory, and the disk of the data folder."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil

from homepot.condition.logic import Host, Program

# What a command line holds, and which program that is; the first that fits.
_KNOWN = (
    ("homepot.main", "api"),
    ("homepot.worker", "worker"),
    ("homepot.ai.llm.server", "models"),
    ("homepot_simulator", "simulator"),
    ("postgres", "database"),
    ("homepot", "supervisor"),
)


def look(data_dir: Path) -> Host:
    memory = psutil.virtual_memory()
    disk = shutil.disk_usage(next(one for one in (data_dir, *data_dir.parents) if one.exists()))
    return Host(
        programs=programs(psutil.Process()),
        memory_free_bytes=memory.available,
        memory_bytes=memory.total,
        disk_free_bytes=disk.free,
        disk_bytes=disk.total,
    )


def programs(own: psutil.Process) -> list[Program]:
    """This process and its siblings under `homepot up`, those of a kind as one."""
    found: dict[str, Program] = {}
    for process in _family(own):
        with suppress(psutil.Error):
            name = "api" if process == own else kind_of(process.cmdline(), process.name())
            since = datetime.fromtimestamp(process.create_time(), UTC)
            memory = _memory_of(process)
            before = found.get(name)
            if before is not None:
                since, memory = min(since, before.since), memory + before.memory_bytes
            found[name] = Program(name, memory, since)
    return sorted(found.values(), key=lambda one: (-one.memory_bytes, one.name))


def kind_of(words: list[str], name: str) -> str:
    """
    >>> kind_of(["python", "-m", "homepot.worker"], "python")
    'worker'
    >>> kind_of(["postgres: checkpointer"], "postgres"), kind_of(["sleep", "3"], "sleep")
    ('database', 'other')
    """
    said = " ".join([*words, name])
    return next((kind for part, kind in _KNOWN if part in said), "other")


def _family(own: psutil.Process) -> Iterator[psutil.Process]:
    """Only a supervisor of ours has siblings that belong to us."""
    with suppress(psutil.Error):
        parent = own.parent()
        if parent is not None and _is_supervisor(parent.cmdline()):
            yield parent
            yield from parent.children(recursive=True)
            return
    yield own
    with suppress(psutil.Error):
        yield from own.children(recursive=True)


def _is_supervisor(words: list[str]) -> bool:
    return "up" in words and any(Path(word).name == "homepot" for word in words)


def _memory_of(process: psutil.Process) -> int:
    """What it holds alone and its share of what it shares; else what is resident."""
    try:
        full = process.memory_full_info()
    except (psutil.AccessDenied, NotImplementedError):
        return int(process.memory_info().rss)
    return int(getattr(full, "pss", 0) or full.rss)
