"""Who does this secret belong to? Asked once at the start of every request."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from homepot.access.caller import Actor
from homepot.access.identity import store
from homepot.access.identity.lifetimes import needs_touch, session_is_live, token_is_live
from homepot.access.permissions import PERMISSIONS_OF, Permission, Role, permissions_of_token
from homepot.core.database import Connection
from homepot.core.errors import NotSignedIn
from homepot.core.security import digest

SECRET_LENGTH_MAX = 200


@dataclass(frozen=True)
class Identity:
    """A person or a program that is who it says it is."""

    tenant_id: int
    user_id: int
    actor: Actor
    role: Role
    permissions: frozenset[Permission]
    must_change_password: bool
    session_id: int | None


class NoLongerSignedIn(NotSignedIn):
    """Your session has ended; sign in again."""


class TokenNotGood(NotSignedIn):
    """This token is unknown, revoked or expired."""


def csrf_token(session_secret: str) -> str:
    """Bound to the session and kept nowhere: only who holds the cookie can be told it."""
    return hmac.new(session_secret.encode(), b"homepot csrf", sha256).hexdigest()


async def by_session(
    tx: Connection, secret: str, now: datetime, idle_max_s: int, *, counts_as_use: bool = True
) -> Identity:
    row = None
    if len(secret) <= SECRET_LENGTH_MAX:
        row = await store.session_by_digest(tx, digest(secret))
    if (
        row is None
        or row.deactivated_at is not None
        or not session_is_live(now, row.last_used_at, row.expires_at, idle_max_s)
    ):
        raise NoLongerSignedIn
    if counts_as_use and needs_touch(now, row.last_used_at):
        await store.touch_session(tx, row.id, now)
    role = Role(row.role)
    return Identity(
        tenant_id=row.tenant_id,
        user_id=row.user_id,
        actor=Actor("user", row.user_id, row.username),
        role=role,
        permissions=PERMISSIONS_OF[role],
        must_change_password=row.must_change_password,
        session_id=row.id,
    )


async def by_token(
    tx: Connection, token: str, now: datetime, *, counts_as_use: bool = True
) -> Identity:
    row = None
    parts = token.split("_", 2)
    if (
        len(token) <= SECRET_LENGTH_MAX
        and len(parts) == 3
        and parts[0] == "hp"
        and "\0" not in token
    ):
        row = await store.token_by_public_part(tx, parts[1])
    if (
        row is None
        or not hmac.compare_digest(row.secret_digest, digest(token))
        or row.deactivated_at is not None
        or not token_is_live(now, row.expires_at, row.revoked_at)
    ):
        raise TokenNotGood
    if counts_as_use and needs_touch(now, row.last_used_at):
        await store.touch_token(tx, row.id, now)
    role = Role(row.role)
    return Identity(
        tenant_id=row.tenant_id,
        user_id=row.user_id,
        actor=Actor("token", row.id, f"{row.username}: {row.name}"),
        role=role,
        permissions=permissions_of_token(role, row.scopes),
        must_change_password=row.must_change_password,
        session_id=None,
    )
