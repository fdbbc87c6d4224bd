"""Every SQL statement on the keys to the calendar of upkeep."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from homepot.ai.prediction.records import CalendarKey
from homepot.core.database import Connection

_USED_AGAIN = timedelta(minutes=5)
_ADD = text(
    """
    insert into maintenance_calendar_keys (tenant_id, user_id, name, secret_digest, created_at)
    values (:tenant_id, :user_id, :name, :secret_digest, :now) returning id
    """
)
_OWN = text(
    "select id, name, created_at, last_read_at from maintenance_calendar_keys"
    " where user_id = :user_id order by id"
)
_REMOVE = text(
    "delete from maintenance_calendar_keys where id = :id and user_id = :user_id returning name"
)
# Whose account is closed reads nothing any more.
_BY_SECRET = text(
    """
    select k.id, k.tenant_id from maintenance_calendar_keys as k
        join users as u on u.id = k.user_id
    where k.secret_digest = :secret_digest and u.deactivated_at is null
    """
)
_READ = text(
    "update maintenance_calendar_keys set last_read_at = :now where id = :id"
    " and (last_read_at is null or last_read_at < :before)"
)


async def add(tx: Connection, values: dict[str, Any]) -> int:
    number: int = (await tx.execute(_ADD, values)).scalar_one()
    return number


async def own(tx: Connection, user_id: int) -> Sequence[CalendarKey]:
    return [CalendarKey(*row) for row in await tx.execute(_OWN, {"user_id": user_id})]


async def remove(tx: Connection, key_id: int, user_id: int) -> str | None:
    """Its name; None where the user has no such key."""
    found = await tx.execute(_REMOVE, {"id": key_id, "user_id": user_id})
    name: str | None = found.scalar_one_or_none()
    return name


async def by_secret(tx: Connection, secret_digest: bytes) -> tuple[int, int] | None:
    """The key and the tenant that it opens."""
    row = (await tx.execute(_BY_SECRET, {"secret_digest": secret_digest})).one_or_none()
    return (row[0], row[1]) if row else None


async def was_read(tx: Connection, key_id: int, now: datetime) -> None:
    await tx.execute(_READ, {"id": key_id, "now": now, "before": now - _USED_AGAIN})
