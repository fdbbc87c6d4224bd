"""The memory of each part of the product, which are programs that one supervisor started."""

import os
from collections.abc import Iterator, Sequence

import psutil

# What the command line of a part has in it.
_PARTS = (
    ("homepot.worker", "worker"),
    ("homepot.ai.llm.server", "model_server"),
    ("homepot_simulator", "simulator"),
    ("homepot.main", "api"),
    ("postgres", "database"),
)


def part_of(command: Sequence[str]) -> str | None:
    """
    >>> part_of(["python", "-P", "-m", "homepot.worker"]), part_of(["/x/bin/postgres", "-D"])
    ('worker', 'database')
    >>> part_of(["bash"]) is None
    True
    """
    said = " ".join(command[:8])
    return next((part for mark, part in _PARTS if mark in said), None)


def by_part() -> dict[str, int]:
    """Resident bytes. This process is the API; the others are found where the supervisor is."""
    found: dict[str, int] = {"api": _resident(psutil.Process(os.getpid()))}
    for process in _siblings():
        try:
            part = part_of(process.cmdline())
        except psutil.Error:
            continue
        if part is not None:
            family = [process, *_children(process)]
            found[part] = found.get(part, 0) + sum(map(_resident, family))
    return found


def _siblings() -> Iterator[psutil.Process]:
    try:
        supervisor = psutil.Process(os.getppid())
        if "homepot" not in " ".join(supervisor.cmdline()):
            return  # started alone: what else its parent started is none of ours
        for one in supervisor.children():
            if one.pid != os.getpid():
                yield one
    except psutil.Error:
        return


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _resident(process: psutil.Process) -> int:
    """Memory that several share, as PostgreSQL's do, is counted once where that is known."""
    try:
        info = process.memory_info()
    except psutil.Error:
        return 0
    return max(0, int(info.rss) - int(getattr(info, "shared", 0)))
