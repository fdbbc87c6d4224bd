"""Finding who a secret belongs to: one indexed read at the start of every request."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from homepot.access.identity.lifetimes import TOUCH_AFTER
from homepot.access.tables import api_tokens, sessions, users
from homepot.core.database import Connection


@dataclass(frozen=True)
class SessionRow:
    id: int
    tenant_id: int
    user_id: int
    last_used_at: datetime
    expires_at: datetime
    username: str
    role: str
    must_change_password: bool
    deactivated_at: datetime | None


@dataclass(frozen=True)
class TokenRow:
    id: int
    tenant_id: int
    user_id: int
    name: str
    secret_digest: bytes
    scopes: list[str]
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    username: str
    role: str
    must_change_password: bool
    deactivated_at: datetime | None


_SESSION = select(
    sessions.c.id,
    sessions.c.tenant_id,
    sessions.c.user_id,
    sessions.c.last_used_at,
    sessions.c.expires_at,
    users.c.username,
    users.c.role,
    users.c.must_change_password,
    users.c.deactivated_at,
).join(users, users.c.id == sessions.c.user_id)

_TOKEN = select(
    api_tokens.c.id,
    api_tokens.c.tenant_id,
    api_tokens.c.user_id,
    api_tokens.c.name,
    api_tokens.c.secret_digest,
    api_tokens.c.scopes,
    api_tokens.c.expires_at,
    api_tokens.c.revoked_at,
    api_tokens.c.last_used_at,
    users.c.username,
    users.c.role,
    users.c.must_change_password,
    users.c.deactivated_at,
).join(users, users.c.id == api_tokens.c.user_id)


async def session_by_digest(tx: Connection, secret_digest: bytes) -> SessionRow | None:
    row = (await tx.execute(_SESSION.where(sessions.c.secret_digest == secret_digest))).first()
    return None if row is None else SessionRow(**row._asdict())


async def token_by_public_part(tx: Connection, public_part: str) -> TokenRow | None:
    row = (await tx.execute(_TOKEN.where(api_tokens.c.public_part == public_part))).first()
    return None if row is None else TokenRow(**row._asdict())


async def touch_session(tx: Connection, session_id: int, now: datetime) -> None:
    """Whoever comes second at the same moment passes by instead of waiting."""
    free = (
        select(sessions.c.id)
        .where(sessions.c.id == session_id, sessions.c.last_used_at <= now - TOUCH_AFTER)
        .with_for_update(skip_locked=True)
    )
    await tx.execute(update(sessions).where(sessions.c.id.in_(free)).values(last_used_at=now))


async def touch_token(tx: Connection, token_id: int, now: datetime) -> None:
    free = (
        select(api_tokens.c.id).where(api_tokens.c.id == token_id).with_for_update(skip_locked=True)
    )
    await tx.execute(update(api_tokens).where(api_tokens.c.id.in_(free)).values(last_used_at=now))
