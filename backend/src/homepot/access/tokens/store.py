"""Every SQL statement on API tokens, but for finding one at the start of a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, insert, select, update

from homepot.access.tables import api_tokens, users
from homepot.core.database import Connection


@dataclass(frozen=True)
class Token:
    id: int
    name: str
    public_part: str
    user_id: int
    username: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def _tokens(owner_id: int | None) -> Select[*tuple[object, ...]]:
    statement = select(
        api_tokens.c.id,
        api_tokens.c.name,
        api_tokens.c.public_part,
        api_tokens.c.user_id,
        users.c.username,
        api_tokens.c.scopes,
        api_tokens.c.created_at,
        api_tokens.c.expires_at,
        api_tokens.c.revoked_at,
        api_tokens.c.last_used_at,
    ).join(users, users.c.id == api_tokens.c.user_id)
    return statement if owner_id is None else statement.where(api_tokens.c.user_id == owner_id)


async def tokens_page(
    tx: Connection, *, owner_id: int | None, limit: int, after: int
) -> Sequence[Token]:
    statement = _tokens(owner_id).where(api_tokens.c.id > after).order_by(api_tokens.c.id)
    return [Token(**row._asdict()) for row in await tx.execute(statement.limit(limit))]


async def count_tokens(tx: Connection, *, owner_id: int | None) -> int:
    statement = select(func.count()).select_from(_tokens(owner_id).subquery())
    found: int = (await tx.execute(statement)).scalar_one()
    return found


async def count_live_tokens(tx: Connection, user_id: int, now: datetime) -> int:
    statement = select(func.count()).where(
        api_tokens.c.user_id == user_id,
        api_tokens.c.revoked_at.is_(None),
        api_tokens.c.expires_at > now,
    )
    found: int = (await tx.execute(statement)).scalar_one()
    return found


async def live_tokens_of(tx: Connection, user_id: int, now: datetime) -> Sequence[Token]:
    statement = _tokens(user_id).where(
        api_tokens.c.revoked_at.is_(None), api_tokens.c.expires_at > now
    )
    return [Token(**row._asdict()) for row in await tx.execute(statement)]


async def token_by_id(tx: Connection, token_id: int, *, owner_id: int | None) -> Token | None:
    row = (await tx.execute(_tokens(owner_id).where(api_tokens.c.id == token_id))).first()
    return None if row is None else Token(**row._asdict())


async def add_token(
    tx: Connection,
    *,
    tenant_id: int,
    user_id: int,
    name: str,
    public_part: str,
    secret_digest: bytes,
    scopes: list[str],
    created_at: datetime,
    expires_at: datetime,
) -> int:
    statement = (
        insert(api_tokens)
        .values(
            tenant_id=tenant_id,
            user_id=user_id,
            name=name,
            public_part=public_part,
            secret_digest=secret_digest,
            scopes=scopes,
            created_at=created_at,
            expires_at=expires_at,
        )
        .returning(api_tokens.c.id)
    )
    token_id: int = (await tx.execute(statement)).scalar_one()
    return token_id


async def revoke_token(tx: Connection, token_id: int, now: datetime) -> bool:
    """False when it was revoked before."""
    statement = (
        update(api_tokens)
        .where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return (await tx.execute(statement)).rowcount == 1
