"""Users that are programs of the product's own: they hold tokens and never sign in."""

from collections.abc import Collection
from datetime import datetime

from homepot.access.caller import Actor, Caller, system_caller
from homepot.access.identity import service as identity
from homepot.access.password_desk import PasswordDesk
from homepot.access.people import service as people
from homepot.access.permissions import PERMISSIONS_OF, Permission
from homepot.access.tokens import service as tokens
from homepot.core.database import Connection
from homepot.core.errors import Conflict

_DOER = "homepot, start"
_LIFE_DAYS = 90


class ProgramShutOut(Conflict):
    """Somebody took this program's rights away."""


async def good_token(
    tx: Connection,
    tenant_id: int,
    username: str,
    name: str,
    scopes: Collection[Permission],
    *,
    held: str | None,
    life_max_days: int,
    now: datetime,
) -> str:
    """The token it holds already if that is still good, else a new one; the older ones end."""
    if held is not None and await _is_good(tx, held, scopes, now):
        return held
    system = system_caller(tx, tenant_id, _DOER)
    user = await people.program(system, PasswordDesk(1), username, name, now)
    permissions = PERMISSIONS_OF[user.role]
    if not user.active or not permissions.issuperset(scopes):
        raise ProgramShutOut(
            f"The user {username} is deactivated, or its role is too small; an administrator"
            " changes that under People."
        )
    caller = Caller(
        tx, tenant_id, Actor("system", None, _DOER), user.role, permissions, user_id=user.id
    )
    await tokens.revoke_all_of(caller, user.id, now)
    added = await tokens.add_token(
        caller,
        name=name,
        scopes=sorted(scopes),
        expires_in_days=min(_LIFE_DAYS, life_max_days),
        life_max_days=life_max_days,
        now=now,
    )
    return added.token


async def _is_good(
    tx: Connection, token: str, scopes: Collection[Permission], now: datetime
) -> bool:
    try:
        found = await identity.by_token(tx, token, now, counts_as_use=False)
    except identity.TokenNotGood:
        return False
    return found.permissions.issuperset(scopes) and not found.must_change_password


async def remove(caller: Caller, username: str, now: datetime) -> bool:
    """The user and its tokens are gone. False where this tenant has no such user."""
    user = await people.program_named(caller.tx, caller.tenant_id, username)
    if user is None:
        return False
    await tokens.revoke_all_of(caller, user.id, now)
    await people.remove_program(caller, user)
    return True
