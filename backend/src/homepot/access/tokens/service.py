"""Making, listing and revoking API tokens."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.access.permissions import Permission
from homepot.access.tokens import store
from homepot.core.errors import BadInput, Conflict, NotFound
from homepot.core.security import digest, new_secret

LIVE_TOKENS_MAX = 50
# No underscore and nothing that reads alike: it is what people tell tokens apart by.
_PUBLIC_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_PUBLIC_LENGTH = 12


@dataclass(frozen=True)
class Page:
    tokens: Sequence[store.Token]
    total: int
    next_cursor: str | None


@dataclass(frozen=True)
class AddedToken:
    id: int
    token: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime


async def list_tokens(caller: Caller, *, limit: int, after: int) -> Page:
    owner_id = _visible_owner(caller)
    found = await store.tokens_page(caller.tx, owner_id=owner_id, limit=limit + 1, after=after)
    shown = found[:limit]
    more = str(shown[-1].id) if len(found) > limit else None
    return Page(shown, await store.count_tokens(caller.tx, owner_id=owner_id), more)


async def add_token(
    caller: Caller,
    *,
    name: str,
    scopes: Sequence[Permission],
    expires_in_days: int,
    life_max_days: int,
    now: datetime,
) -> AddedToken:
    """The whole token is in the answer, and never again anywhere."""
    assert caller.user_id is not None, "the guard lets in sessions alone"
    too_much = sorted(set(scopes) - caller.permissions)
    if too_much:
        raise BadInput(
            f"Your role does not allow {', '.join(too_much)}; allowed:"
            f" {', '.join(sorted(caller.permissions))}.",
            at="body.scopes",
        )
    if expires_in_days > life_max_days:
        raise BadInput(
            f"A token lives for {life_max_days} days at most.", at="body.expires_in_days"
        )
    if await store.count_live_tokens(caller.tx, caller.user_id, now) >= LIVE_TOKENS_MAX:
        raise Conflict(f"You have {LIVE_TOKENS_MAX} tokens already; revoke one first.")
    public_part = "".join(secrets.choice(_PUBLIC_ALPHABET) for _ in range(_PUBLIC_LENGTH))
    token = new_secret(f"hp_{public_part}")
    granted = sorted({one.value for one in scopes})
    expires_at = now + timedelta(days=expires_in_days)
    token_id = await store.add_token(
        caller.tx,
        tenant_id=caller.tenant_id,
        user_id=caller.user_id,
        name=name,
        public_part=public_part,
        secret_digest=digest(token),
        scopes=granted,
        created_at=now,
        expires_at=expires_at,
    )
    await audit.record(
        caller,
        action="token.added",
        object_=f"token:{token_id}",
        details={"name": name, "scopes": granted, "expires_at": expires_at.isoformat()},
    )
    return AddedToken(token_id, token, name, granted, now, expires_at)


async def revoke_token(caller: Caller, token_id: int, now: datetime) -> None:
    """Somebody else's token is not there, for who may not see it."""
    found = await store.token_by_id(caller.tx, token_id, owner_id=_visible_owner(caller))
    if found is None:
        raise NotFound("There is no such token.")
    if await store.revoke_token(caller.tx, token_id, now):
        await audit.record(
            caller,
            action="token.revoked",
            object_=f"token:{token_id}",
            details={"name": found.name, "owner": found.username},
        )


async def revoke_all_of(caller: Caller, user_id: int, now: datetime) -> None:
    """Every token of this user that still works."""
    for found in await store.live_tokens_of(caller.tx, user_id, now):
        await store.revoke_token(caller.tx, found.id, now)
        await audit.record(
            caller,
            action="token.revoked",
            object_=f"token:{found.id}",
            details={"name": found.name, "owner": found.username},
        )


def _visible_owner(caller: Caller) -> int | None:
    """None for who manages users: everybody's."""
    return None if Permission.USERS_MANAGE in caller.permissions else caller.user_id
