"""The mark a guard leaves on itself, so that the application can prove each route has one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from homepot.access.permissions import Permission

GuardKind = Literal["person", "device", "either"]
Guard = TypeVar("Guard", bound=Callable[..., Any])

_NAME = "homepot_guard_mark"


@dataclass(frozen=True)
class Mark:
    """What a guard asks for. `person`: a session or a token; `device`: the device headers;
    `either`: whichever of the two came."""

    kind: GuardKind
    permission: Permission | None = None
    session_only: bool = False
    before_password_change: bool = False


def marked(mark: Mark) -> Callable[[Guard], Guard]:
    def put(guard: Guard) -> Guard:
        setattr(guard, _NAME, mark)
        return guard

    return put


def mark_of(guard: object) -> Mark | None:
    found = getattr(guard, _NAME, None)
    return found if isinstance(found, Mark) else None
