"""Every SQL statement of signing in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_update

from homepot.access.sign_in.profile import Profile
from homepot.access.tables import known_browsers, sessions, sign_in_attempts, users
from homepot.core.database import Connection
from homepot.core.tables import tenants


@dataclass(frozen=True)
class SignInRow:
    id: int
    tenant_id: int
    password_hash: str
    must_change_password: bool
    password_expires_at: datetime | None
    deactivated_at: datetime | None


# -- sessions -------------------------------------------------------------------------------


async def add_session(
    tx: Connection,
    *,
    tenant_id: int,
    user_id: int,
    secret_digest: bytes,
    now: datetime,
    expires_at: datetime,
) -> None:
    await tx.execute(
        insert(sessions).values(
            tenant_id=tenant_id,
            user_id=user_id,
            secret_digest=secret_digest,
            created_at=now,
            last_used_at=now,
            expires_at=expires_at,
        )
    )


async def end_oldest_sessions(tx: Connection, user_id: int, *, kept_max: int) -> None:
    newest = (
        select(sessions.c.id)
        .where(sessions.c.user_id == user_id)
        .order_by(sessions.c.id.desc())
        .limit(kept_max)
    )
    await tx.execute(
        delete(sessions).where(sessions.c.user_id == user_id, sessions.c.id.not_in(newest))
    )


async def forget_oldest_browsers(tx: Connection, user_id: int, *, kept_max: int) -> None:
    newest = (
        select(known_browsers.c.id)
        .where(known_browsers.c.user_id == user_id)
        .order_by(known_browsers.c.last_used_at.desc(), known_browsers.c.id.desc())
        .limit(kept_max)
    )
    await tx.execute(
        delete(known_browsers).where(
            known_browsers.c.user_id == user_id, known_browsers.c.id.not_in(newest)
        )
    )


async def end_session(tx: Connection, secret_digest: bytes) -> None:
    await tx.execute(delete(sessions).where(sessions.c.secret_digest == secret_digest))


async def end_session_by_id(tx: Connection, session_id: int) -> None:
    await tx.execute(delete(sessions).where(sessions.c.id == session_id))


async def end_sessions_of(tx: Connection, user_id: int) -> int:
    return (await tx.execute(delete(sessions).where(sessions.c.user_id == user_id))).rowcount


async def forget_browsers_of(tx: Connection, user_id: int) -> None:
    await tx.execute(delete(known_browsers).where(known_browsers.c.user_id == user_id))


# -- signing in -----------------------------------------------------------------------------


async def user_to_sign_in(
    tx: Connection, username_key: str, *, lock: bool = False
) -> SignInRow | None:
    statement = select(
        users.c.id,
        users.c.tenant_id,
        users.c.password_hash,
        users.c.must_change_password,
        users.c.password_expires_at,
        users.c.deactivated_at,
    ).where(users.c.username_key == username_key)
    if lock:
        statement = statement.with_for_update()
    row = (await tx.execute(statement)).first()
    return None if row is None else SignInRow(**row._asdict())


async def password_hash_of(tx: Connection, user_id: int) -> str:
    statement = select(users.c.password_hash).where(users.c.id == user_id)
    stored: str = (await tx.execute(statement)).scalar_one()
    return stored


async def replace_password(tx: Connection, user_id: int, *, old: str, new: str) -> bool:
    """False when somebody else changed it meanwhile."""
    statement = (
        update(users)
        .where(users.c.id == user_id, users.c.password_hash == old)
        .values(password_hash=new, must_change_password=False, password_expires_at=None)
    )
    return (await tx.execute(statement)).rowcount == 1


async def profile(tx: Connection, user_id: int) -> Profile:
    statement = (
        select(
            users.c.id,
            users.c.username,
            users.c.name,
            users.c.role,
            users.c.must_change_password,
            users.c.tenant_id,
            tenants.c.name.label("tenant_name"),
        )
        .join(tenants, tenants.c.id == users.c.tenant_id)
        .where(users.c.id == user_id)
    )
    return Profile(**(await tx.execute(statement)).one()._asdict())


async def note_sign_in(tx: Connection, user_id: int, now: datetime) -> None:
    await tx.execute(update(users).where(users.c.id == user_id).values(last_sign_in_at=now))


async def knows_browser(tx: Connection, user_id: int, secret_digest: bytes) -> bool:
    statement = select(known_browsers.c.id).where(
        known_browsers.c.user_id == user_id, known_browsers.c.secret_digest == secret_digest
    )
    return (await tx.execute(statement)).first() is not None


async def remember_browser(
    tx: Connection, *, tenant_id: int, user_id: int, secret_digest: bytes, now: datetime
) -> None:
    statement = insert_or_update(known_browsers).values(
        tenant_id=tenant_id, user_id=user_id, secret_digest=secret_digest, last_used_at=now
    )
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[known_browsers.c.secret_digest], set_={"last_used_at": now}
        )
    )


# -- counting attempts ----------------------------------------------------------------------


async def count_attempt(
    tx: Connection, key: bytes, now: datetime, window_ends_at: datetime
) -> tuple[int, datetime]:
    """One more; the number in this window and its end. Atomic, so that a crowd cannot slip by."""
    old = sign_in_attempts.c.window_ends_at <= now
    statement = insert_or_update(sign_in_attempts).values(
        key=key, failures=1, window_ends_at=window_ends_at
    )
    counted = statement.on_conflict_do_update(
        index_elements=[sign_in_attempts.c.key],
        set_={
            "failures": case((old, 1), else_=sign_in_attempts.c.failures + 1),
            "window_ends_at": case(
                (old, statement.excluded.window_ends_at), else_=sign_in_attempts.c.window_ends_at
            ),
        },
    ).returning(sign_in_attempts.c.failures, sign_in_attempts.c.window_ends_at)
    row = (await tx.execute(counted)).one()
    return row.failures, row.window_ends_at


async def take_back_attempt(tx: Connection, key: bytes) -> None:
    """It turned out to be no failure."""
    await tx.execute(
        update(sign_in_attempts)
        .where(sign_in_attempts.c.key == key)
        .values(failures=func.greatest(sign_in_attempts.c.failures - 1, 0))
    )


async def forget_attempts(tx: Connection, key: bytes) -> None:
    await tx.execute(delete(sign_in_attempts).where(sign_in_attempts.c.key == key))


# -- cleaning up ----------------------------------------------------------------------------


async def clean_up(
    tx: Connection, *, now: datetime, unused_since: datetime, browser_unused_since: datetime
) -> None:
    await tx.execute(
        delete(sessions).where(
            (sessions.c.expires_at <= now) | (sessions.c.last_used_at <= unused_since)
        )
    )
    await tx.execute(delete(sign_in_attempts).where(sign_in_attempts.c.window_ends_at <= now))
    await tx.execute(
        delete(known_browsers).where(known_browsers.c.last_used_at <= browser_unused_since)
    )
