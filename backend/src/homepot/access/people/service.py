"""Users and tenants: adding, changing, finding the way back in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.access.fields import username_key
from homepot.access.password_desk import PasswordDesk
from homepot.access.passwords import new_one_time_password
from homepot.access.people import store
from homepot.access.people.logic import PROGRAMS, Standing, UserChange, refusal
from homepot.access.permissions import Role
from homepot.access.sign_in.service import end_everything_of
from homepot.core.database import Connection
from homepot.core.errors import Conflict, NotFound

ONE_TIME_PASSWORD_LIFE = timedelta(days=7)


@dataclass(frozen=True)
class Page:
    users: Sequence[store.User]
    total: int
    next_cursor: str | None


async def list_users(caller: Caller, *, limit: int, after: int) -> Page:
    found = await store.users_page(caller.tx, limit=limit + 1, after=after)
    shown = found[:limit]
    more = str(shown[-1].id) if len(found) > limit else None
    return Page(shown, await store.count_users(caller.tx), more)


async def add_user(
    caller: Caller,
    desk: PasswordDesk,
    *,
    username: str,
    name: str | None,
    role: Role,
    password_expires_at: datetime | None,
) -> tuple[store.User, str]:
    """The user and the password to sign in with once; a username that is taken is a Conflict."""
    password = new_one_time_password()
    user_id = await store.add_user(
        caller.tx,
        tenant_id=caller.tenant_id,
        username=username,
        username_key=username_key(username),
        name=name or username,
        role=role,
        password_hash=await desk.hash(password),
        password_expires_at=password_expires_at,
    )
    if user_id is None:
        raise Conflict("This username is taken; choose another.")
    user = await _user(caller, user_id)
    await audit.record(
        caller,
        action="user.added",
        object_=f"user:{user_id}",
        details={"username": username, "name": user.name, "role": role.value},
    )
    return user, password


async def change_user(
    caller: Caller, user_id: int, change: UserChange, now: datetime
) -> store.User:
    active_admins = await store.lock_active_admins(caller.tx)
    before = await _user(caller, user_id)
    standing = Standing(before.id, before.role, before.active)
    why_not = refusal(standing, change, by_user_id=caller.user_id, active_admins=active_admins)
    if why_not is not None:
        raise Conflict(why_not)
    values: dict[str, object] = {}
    if change.name is not None:
        values["name"] = change.name
    if change.role is not None:
        values["role"] = change.role.value
    if change.active is not None and change.active != before.active:
        values["deactivated_at"] = None if change.active else now
    if values:
        await store.change_user(caller.tx, user_id, values)
    if before.active and change.active is False:
        await end_everything_of(caller.tx, user_id)
    after = await _user(caller, user_id)
    differences = {
        field: [getattr(before, field), getattr(after, field)]
        for field in ("name", "role", "active")
        if getattr(before, field) != getattr(after, field)
    }
    if differences:
        await audit.record(
            caller, action="user.changed", object_=f"user:{user_id}", details=differences
        )
    return after


async def reset_password(caller: Caller, desk: PasswordDesk, user_id: int, now: datetime) -> str:
    """A new one-time password; the user is signed out everywhere."""
    if user_id == caller.user_id:
        raise Conflict("Change your own password under POST /api/auth/password.")
    await _user(caller, user_id)
    password = new_one_time_password()
    await store.set_one_time_password(
        caller.tx, user_id, await desk.hash(password), now + ONE_TIME_PASSWORD_LIFE
    )
    ended = await end_everything_of(caller.tx, user_id)
    await audit.record(
        caller,
        action="user.password_reset",
        object_=f"user:{user_id}",
        details={"sessions_ended": ended},
    )
    return password


# -- programs of the product's own: see access/programs.py -------------------------------------


async def program(
    caller: Caller, desk: PasswordDesk, username: str, name: str, now: datetime
) -> store.User:
    """The user that this program acts as, made at the first asking. Nobody learns its password."""
    found = await program_named(caller.tx, caller.tenant_id, username)
    if found is not None:
        return found
    user, _ = await add_user(
        caller, desk, username=username, name=name, role=Role.OPERATOR, password_expires_at=now
    )
    # Its tokens would wait for a password that nobody will choose.
    await store.change_user(caller.tx, user.id, {"must_change_password": False})
    return await _user(caller, user.id)


async def program_named(tx: Connection, tenant_id: int, username: str) -> store.User | None:
    found = await store.tenant_of_username(tx, username_key(username))
    if found is None or found[0] != tenant_id:
        return None
    return await store.user_by_id(tx, found[1])


async def remove_program(caller: Caller, user: store.User) -> None:
    await store.remove_user(caller.tx, user.id)
    await audit.record(
        caller,
        action="user.removed",
        object_=f"user:{user.id}",
        details={"username": user.username, "name": user.name},
    )


async def _user(caller: Caller, user_id: int) -> store.User:
    found = await store.user_by_id(caller.tx, user_id)
    if found is None:
        raise NotFound("There is no such user.")
    return found


# -- tenants, for commands on the server ----------------------------------------------------


async def list_tenants(tx: Connection) -> Sequence[store.Tenant]:
    return await store.tenant_list(tx)


async def add_tenant(tx: Connection, name: str) -> int:
    if any(one.name == name for one in await store.tenant_list(tx)):
        raise Conflict(f"There is a tenant named {name} already.")
    return await store.add_tenant(tx, name)


async def tenant_named(tx: Connection, name: str | None) -> store.Tenant:
    """The tenant with this name; the only one where none is named."""
    found = await store.tenant_list(tx)
    fitting = [one for one in found if name is None or one.name == name]
    if len(fitting) == 1:
        return fitting[0]
    if not found:
        raise NotFound("There is no tenant yet; make one: homepot tenant add NAME.")
    known = ", ".join(one.name for one in found)
    if name is None:
        raise NotFound(f"There are several tenants, so name one with --tenant: {known}.")
    raise NotFound(f"There is no such tenant; there is: {known}.")


async def user_named(tx: Connection, username: str) -> tuple[int, int]:
    """(tenant, user)."""
    found = await store.tenant_of_username(tx, username_key(username))
    if found is None:
        raise NotFound(f"There is no user named {username}.")
    return found


async def nobody_is_there(tx: Connection) -> bool:
    """True for one caller at a time, until its transaction ends."""
    await store.one_start_at_a_time(tx)
    return await store.count_users(tx) == 0


async def alone_and_never_signed_in(tx: Connection, username: str) -> tuple[int, int] | None:
    """(tenant, user), where this user is the only one there is and has never been here."""
    found = await store.tenant_of_username(tx, username)
    if found is None or await store.count_users(tx, without=PROGRAMS) != 1:
        return None
    user = await store.user_by_id(tx, found[1])
    waiting = user is not None and user.must_change_password and user.last_sign_in_at is None
    return found if waiting else None


async def first_tenant(tx: Connection, name: str) -> int:
    found = await store.tenant_list(tx)
    return found[0].id if found else await store.add_tenant(tx, name)
