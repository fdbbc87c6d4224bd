"""Who asks: what every use case is given, and what the audit log writes down."""

from dataclasses import dataclass
from typing import Literal

from homepot.access.permissions import Permission, Role
from homepot.core.database import Connection

ActorKind = Literal["user", "token", "device", "system"]


@dataclass(frozen=True)
class Actor:
    kind: ActorKind
    id: int | str | None
    name: str


@dataclass(frozen=True)
class Caller:
    """Somebody known, inside one transaction that sees nothing but the caller's tenant."""

    tx: Connection
    tenant_id: int
    actor: Actor
    role: Role | None
    permissions: frozenset[Permission]
    request_id: str | None = None
    address: str | None = None
    user_id: int | None = None
    session_id: int | None = None


def system_caller(tx: Connection, tenant_id: int, name: str) -> Caller:
    """The product itself: a command typed on the server, a job."""
    return Caller(tx, tenant_id, Actor("system", None, name), None, frozenset())
