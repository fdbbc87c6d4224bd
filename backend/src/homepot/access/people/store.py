"""Every SQL statement on users and tenants, but for those of signing in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from homepot.access.permissions import Role
from homepot.access.tables import api_tokens, known_browsers, sessions, users
from homepot.core.database import Connection
from homepot.core.tables import tenants

# One start at a time looks whether anybody is there yet: any fixed number will do.
_FIRST_ADMIN_LOCK = 7_304_661_002


@dataclass(frozen=True)
class User:
    id: int
    username: str
    name: str
    role: Role
    active: bool
    must_change_password: bool
    last_sign_in_at: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class Tenant:
    id: int
    name: str
    created_at: datetime


_USER = select(
    users.c.id,
    users.c.username,
    users.c.name,
    users.c.role,
    users.c.deactivated_at.is_(None).label("active"),
    users.c.must_change_password,
    users.c.last_sign_in_at,
    users.c.created_at,
)


def _user(row: Any) -> User:
    return User(**{**row._asdict(), "role": Role(row.role)})


async def users_page(tx: Connection, *, limit: int, after: int) -> Sequence[User]:
    statement = _USER.where(users.c.id > after).order_by(users.c.id).limit(limit)
    return [_user(row) for row in await tx.execute(statement)]


async def count_users(tx: Connection, *, without: Collection[str] = ()) -> int:
    statement = select(func.count()).where(users.c.username_key.not_in(without))
    found: int = (await tx.execute(statement)).scalar_one()
    return found


async def user_by_id(tx: Connection, user_id: int) -> User | None:
    row = (await tx.execute(_USER.where(users.c.id == user_id))).first()
    return None if row is None else _user(row)


async def tenant_of_username(tx: Connection, username_key: str) -> tuple[int, int] | None:
    """(tenant, user): for commands on the server, which name a user only."""
    statement = select(users.c.tenant_id, users.c.id).where(users.c.username_key == username_key)
    row = (await tx.execute(statement)).first()
    return None if row is None else (row.tenant_id, row.id)


async def add_user(
    tx: Connection,
    *,
    tenant_id: int,
    username: str,
    username_key: str,
    name: str,
    role: Role,
    password_hash: str,
    password_expires_at: datetime | None,
) -> int | None:
    """The new id; None when the username is taken, be it in a tenant that cannot be seen."""
    statement = (
        insert(users)
        .values(
            tenant_id=tenant_id,
            username=username,
            username_key=username_key,
            name=name,
            role=role.value,
            password_hash=password_hash,
            must_change_password=True,
            password_expires_at=password_expires_at,
        )
        .on_conflict_do_nothing(index_elements=[users.c.username_key])
        .returning(users.c.id)
    )
    user_id: int | None = (await tx.execute(statement)).scalar_one_or_none()
    return user_id


async def change_user(tx: Connection, user_id: int, values: dict[str, Any]) -> None:
    await tx.execute(update(users).where(users.c.id == user_id).values(**values))


async def remove_user(tx: Connection, user_id: int) -> None:
    for table in (sessions, known_browsers, api_tokens):
        await tx.execute(delete(table).where(table.c.user_id == user_id))
    await tx.execute(delete(users).where(users.c.id == user_id))


async def lock_active_admins(tx: Connection) -> int:
    """How many there are; nobody can change that until this transaction ends."""
    statement = (
        select(users.c.id)
        .where(users.c.role == Role.ADMIN.value, users.c.deactivated_at.is_(None))
        .order_by(users.c.id)
        .with_for_update()
    )
    return len((await tx.execute(statement)).all())


async def set_one_time_password(
    tx: Connection, user_id: int, password_hash: str, expires_at: datetime
) -> None:
    await tx.execute(
        update(users)
        .where(users.c.id == user_id)
        .values(
            password_hash=password_hash, must_change_password=True, password_expires_at=expires_at
        )
    )


# -- tenants --------------------------------------------------------------------------------


async def one_start_at_a_time(tx: Connection) -> None:
    await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_ADMIN_LOCK})


async def tenant_list(tx: Connection) -> Sequence[Tenant]:
    statement = select(tenants.c.id, tenants.c.name, tenants.c.created_at).order_by(tenants.c.id)
    return [Tenant(**row._asdict()) for row in await tx.execute(statement)]


async def add_tenant(tx: Connection, name: str) -> int:
    statement = insert(tenants).values(name=name).returning(tenants.c.id)
    tenant_id: int = (await tx.execute(statement)).scalar_one()
    return tenant_id
