"""What a capability brings to the house: the one shape that features.py lists."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from fastapi import APIRouter

from homepot.core.jobs import Loop, Task
from homepot.core.process import Process
from homepot.core.settings import Settings


def _none(_: Settings) -> Sequence[Task]:
    return ()


def _no_loops(_: Settings) -> Sequence[Loop]:
    return ()


@dataclass(frozen=True)
class Feature:
    name: str
    routers: Sequence[APIRouter] = ()
    loops: Sequence[Loop] = ()
    tasks: Sequence[Task] = ()
    # Loops and tasks that do what the owner chose.
    loops_of: Callable[[Settings], Sequence[Loop]] = _no_loops
    tasks_of: Callable[[Settings], Sequence[Task]] = _none
    # What looks through files that settings name: SettingsError before anything is started.
    checks: Sequence[Callable[[Settings], object]] = ()
    # What runs as long as the web application does; `process.part(kind)` finds it.
    parts: Sequence[Callable[[Process], AbstractAsyncContextManager[object]]] = ()
