"""What a capability brings to the house: the one shape that features.py lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from homepot.core.jobs import Loop, Task


@dataclass(frozen=True)
class Feature:
    name: str
    routers: Sequence[APIRouter] = ()
    loops: Sequence[Loop] = ()
    tasks: Sequence[Task] = ()
