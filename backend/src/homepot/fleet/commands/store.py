"""Every SQL statement on commands and what the owner of a device permits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from homepot.core.database import Connection
from homepot.fleet.commands.logic import OPEN, Life, Status
from homepot.fleet.commands.tables import command_permissions, commands

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True)
class Command:
    id: int
    public_id: str
    command_type: str
    payload: dict[str, Any] | None
    status: Status
    issued_by: str
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None
    executed_at: datetime | None
    result: Any

    @property
    def life(self) -> Life:
        return Life(self.status, self.expires_at, self.sent_at)


@dataclass(frozen=True)
class Grant:
    permission: str
    granted: bool
    wanted: bool
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class Expired:
    tenant_id: int
    device_id: str
    command_id: str
    command_type: str


_COLUMNS = [commands.c[name] for name in Command.__dataclass_fields__]


async def add(tx: Connection, values: dict[str, Any]) -> Command:
    statement = insert(commands).values(tenant_id=_TENANT, **values).returning(*_COLUMNS)
    return Command(*(await tx.execute(statement)).one())


async def hold_device(tx: Connection, device_id: int) -> None:
    """One at a time issues commands to a device, so that the limit of open ones holds."""
    await tx.execute(
        text("select 1 from devices where id = :id for no key update"), {"id": device_id}
    )


async def count_open(tx: Connection, device_id: int, now: datetime) -> int:
    found = await tx.execute(
        select(func.count())
        .select_from(commands)
        .where(
            commands.c.device_id == device_id,
            commands.c.status.in_(OPEN),
            commands.c.expires_at > now,
        )
    )
    return found.scalar_one()


async def pending(tx: Connection, device_id: int, now: datetime) -> list[Command]:
    """What waits for the device, the oldest first."""
    found = await tx.execute(
        select(*_COLUMNS)
        .where(
            commands.c.device_id == device_id,
            commands.c.status == "pending",
            commands.c.expires_at > now,
        )
        .order_by(commands.c.id)
    )
    return [Command(*row) for row in found]


async def page(tx: Connection, device_id: int, limit: int, before_id: int | None) -> list[Command]:
    """The newest first."""
    statement = (
        select(*_COLUMNS)
        .where(commands.c.device_id == device_id)
        .order_by(commands.c.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        statement = statement.where(commands.c.id < before_id)
    return [Command(*row) for row in await tx.execute(statement)]


async def find(tx: Connection, device_id: int, public_id: str) -> Command | None:
    found = await tx.execute(
        select(*_COLUMNS).where(
            commands.c.device_id == device_id, commands.c.public_id == public_id
        )
    )
    row = found.one_or_none()
    return Command(*row) if row else None


async def hold(tx: Connection, device_id: int, public_id: str) -> Command | None:
    """The command, held until the transaction is over: of two reports one comes first."""
    found = await tx.execute(
        select(*_COLUMNS)
        .where(commands.c.device_id == device_id, commands.c.public_id == public_id)
        .with_for_update()
    )
    row = found.one_or_none()
    return Command(*row) if row else None


async def change(tx: Connection, command_id: int, values: Mapping[str, Any]) -> Command:
    statement = (
        update(commands).where(commands.c.id == command_id).values(**values).returning(*_COLUMNS)
    )
    return Command(*(await tx.execute(statement)).one())


_SWEEP = text(
    """
    with over as (
        select id from commands
        where status in ('pending', 'sent') and expires_at <= :now
        for update skip locked
    )
    update commands as c set status = 'expired', finished_at = c.expires_at
    from over, devices as d
    where c.id = over.id and d.id = c.device_id
    returning c.tenant_id, d.public_id, c.public_id, c.command_type
    """
)


async def expire(tx: Connection, now: datetime) -> list[Expired]:
    """Whatever has outlived its time is expired. All tenants; safe with several workers."""
    return [Expired(*row) for row in await tx.execute(_SWEEP, {"now": now})]


_GRANTS = [command_permissions.c[name] for name in Grant.__dataclass_fields__]


async def grants(tx: Connection, device_id: int) -> list[Grant]:
    found = await tx.execute(select(*_GRANTS).where(command_permissions.c.device_id == device_id))
    return [Grant(*row) for row in found]


async def save_grant(tx: Connection, device_id: int, grant: Grant) -> None:
    values = {name: value for name, value in vars(grant).items() if name != "permission"}
    statement = upsert(command_permissions).values(
        tenant_id=_TENANT, device_id=device_id, **vars(grant)
    )
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["device_id", "permission"], set_=values)
    )


_FORGET = text(
    """
    delete from commands where id = any(array(
        select id from commands
        where device_id = any(:device_ids) and created_at < :before
            and status in ('completed', 'failed', 'expired')
        limit :most for update skip locked
    ))
    """
)


async def forget(tx: Connection, device_ids: Sequence[int], before: datetime, most: int) -> int:
    """Commands that are over. All tenants."""
    given = {"device_ids": list(device_ids), "before": before, "most": most}
    return (await tx.execute(_FORGET, given)).rowcount
