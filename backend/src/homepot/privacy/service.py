"""Use cases: everything that is kept of somebody is given out, or erased."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from homepot.access import audit
from homepot.access.caller import system_caller
from homepot.core import live
from homepot.core.database import Connection, Database, enter_tenant
from homepot.core.errors import Conflict, NotFound
from homepot.privacy import store
from homepot.privacy.store import Shape
from homepot.telemetry.archive.removing import remove_devices
from homepot.telemetry.archive.service import Archive

ERASED = "erased user"
_BY = "homepot, on the server"
_OF_TENANT = "tenant_id"
# One statement removes this much time at most, so that none takes long.
_AT_ONCE = timedelta(days=1)


class LastAdmin(Conflict):
    """This is the last admin: nobody could look after the tenant any more. Make another one first,
    or erase the tenant."""


@dataclass(frozen=True)
class Erased:
    devices: int
    readings: int
    archive_files: int


# -- giving out -------------------------------------------------------------------------------


async def give_out_tenant(database: Database, tenant_id: int, folder: Path) -> int:
    """The number of rows; readings themselves are given out by `homepot export`."""
    async with database.system() as tx:
        isolated = await store.tables_with(tx, _OF_TENANT, "tenants")
        devices = list((await store.devices_of(tx, tenant_id, None)).values())
        given = {"value": tenant_id}
        rows = await _write(tx, folder, "tenants", "id = :value", given)
        for table in isolated:
            rows += await _write(tx, folder, table.name, "tenant_id = :value", given)
        return rows + await _of_devices(tx, folder, devices, {one.name for one in isolated})


async def device_ids(database: Database, tenant_id: int) -> list[str]:
    """Archived ones as well."""
    async with database.system() as tx:
        return sorted(await store.devices_of(tx, tenant_id, None))


async def give_out_device(database: Database, tenant_id: int, device_id: str, folder: Path) -> int:
    async with database.system() as tx:
        (number,) = (await _found_devices(tx, tenant_id, device_id)).values()
        rows = await _write(tx, folder, "devices", "id = :value", {"value": number})
        return rows + await _of_devices(tx, folder, [number], {"devices"})


async def give_out_user(database: Database, tenant_id: int, username: str, folder: Path) -> int:
    async with database.system() as tx:
        user = await _found_user(tx, tenant_id, username)
        rows = await _write(tx, folder, "users", "id = :value", {"value": user.id})
        for table in await store.tables_with(tx, "user_id", "users"):
            rows += await _write(tx, folder, table.name, "user_id = :value", {"value": user.id})
        acts = "tenant_id = :value and actor_kind = 'user' and actor_name = :name"
        for table in await store.tables_with(tx, "actor_kind", "users", ["text"]):
            given = {"value": tenant_id, "name": user.username}
            rows += await _write(tx, folder, table.name, acts, given)
        return rows


async def _of_devices(tx: Connection, folder: Path, devices: Sequence[int], done: set[str]) -> int:
    rows = 0
    for table in await store.tables_with(tx, "device_id", "devices"):
        if table.name not in done and table.name != "device_metrics":
            given = {"ids": list(devices)}
            rows += await _write(tx, folder, table.name, "device_id = any (:ids)", given)
    return rows


async def _write(
    tx: Connection, folder: Path, table: str, where: str, given: dict[str, Any]
) -> int:
    rows = 0
    path = folder / f"{table}.jsonl"
    with open(path, "w", encoding="utf-8", opener=_private) as file:  # noqa: ASYNC230
        async for line in store.lines(tx, table, where, given):
            file.write(f"{line}\n")
            rows += 1
    if not rows:
        path.unlink()
    return rows


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


# -- erasing ----------------------------------------------------------------------------------


async def erase_device(
    database: Database, archive: Archive, tenant_id: int, device_id: str
) -> Erased:
    async with database.system() as tx:
        devices = await _found_devices(tx, tenant_id, device_id)
    erased = await _erase_devices(database, archive, list(devices.values()))
    async with database.system() as tx:
        await enter_tenant(tx, tenant_id)
        caller = system_caller(tx, tenant_id, _BY)
        gone = {"device_id": device_id, "archived": True}
        await live.announce(tx, tenant_id, "device.changed", gone)
        details = {"readings": erased.readings, "archive_files": erased.archive_files}
        object_ = f"device:{device_id}"
        await audit.record(caller, action="device.erased", object_=object_, details=details)
    return erased


async def erase_user(database: Database, tenant_id: int, username: str) -> None:
    async with database.system() as tx:
        user = await _found_user(tx, tenant_id, username)
        if user.role == "admin" and not await store.other_admins(tx, tenant_id, user.id):
            raise LastAdmin
    async with database.engine.begin() as owner:
        own = await store.tables_with(owner, "user_id", "users")
        await store.erase_where(owner, own, "user_id = :value", user.id)
        users = Shape("users", refers=False, at=None, is_isolated=True)
        await store.erase_where(owner, [users], "id = :value", user.id)
        await store.forget_name(owner, tenant_id, user, ERASED)
    async with database.system() as tx:
        await enter_tenant(tx, tenant_id)
        caller = system_caller(tx, tenant_id, _BY)
        await audit.record(caller, action="user.erased", object_=f"user:{user.id}", details={})


async def erase_tenant(database: Database, archive: Archive, tenant_id: int) -> Erased:
    """With its audit log: there is nobody any more for whom it is kept."""
    async with database.system() as tx:
        devices = list((await store.devices_of(tx, tenant_id, None)).values())
    erased = await _erase_devices(database, archive, devices)
    async with database.engine.begin() as owner:
        isolated = await store.tables_with(owner, _OF_TENANT, "tenants")
        itself = Shape("tenants", refers=False, at=None, is_isolated=True)
        await store.erase_where(owner, isolated, "tenant_id = :value", tenant_id)
        await store.erase_where(owner, [itself], "id = :value", tenant_id)
    return erased


async def erase_left_behind(database: Database, archive: Archive) -> int:
    """Readings that were on their way while their device was erased: the number of their reports.

    The intake remembers for a while which devices there are, and a transaction that was open when
    the device went commits after it. Neither is made to wait: every commit names its devices, and
    those that are no more are looked for again, for as long as the commit is kept.
    """
    async with database.system() as tx:
        gone = await store.gone_devices(tx)
    if not gone:
        return 0
    removed = await _erase_tables(database, gone)
    if not any(removed.values()):
        return 0
    archived = await remove_devices(database.url, archive, gone)
    return removed.get("device_metrics", 0) + archived.rows


async def _erase_devices(database: Database, archive: Archive, ids: list[int]) -> Erased:
    """The devices go last: broken off, it can be said again."""
    removed = await _erase_tables(database, ids)
    archived = await remove_devices(database.url, archive, ids)
    async with database.system() as tx:
        number = await store.erase_devices(tx, ids)
    readings = removed.get("device_metrics", 0) + archived.rows
    return Erased(number, readings, archived.files)


async def _erase_tables(database: Database, ids: list[int]) -> dict[str, int]:
    """How many rows of which table; what refers to the devices goes with them."""
    async with database.system() as tx:
        tables = await store.tables_with(tx, "device_id", "devices")
    return {
        table.name: await _erase_rows(database, table, ids) for table in tables if not table.refers
    }


async def _erase_rows(database: Database, table: Shape, ids: list[int]) -> int:
    if table.at is None:
        async with database.system() as tx:
            return await store.erase_rows(tx, table, ids, None)
    async with database.system() as tx:
        span = await store.span(tx, table, ids)
    removed = 0
    for within in _pieces(span):
        async with database.system() as tx:
            removed += await store.erase_rows(tx, table, ids, within)
        await asyncio.sleep(0)
    return removed


def _pieces(span: tuple[datetime, datetime] | None) -> Iterator[tuple[datetime, datetime]]:
    """Both ends are among them."""
    if span is None:
        return
    first, last = span
    while first <= last:
        yield first, first + _AT_ONCE
        first += _AT_ONCE


async def _found_devices(tx: Connection, tenant_id: int, device_id: str) -> dict[str, int]:
    found = await store.devices_of(tx, tenant_id, device_id)
    if not found:
        raise NotFound(f"There is no device {device_id!r} here.")
    return found


async def _found_user(tx: Connection, tenant_id: int, username: str) -> store.User:
    found = await store.user_named(tx, tenant_id, username)
    if found is None:
        raise NotFound(f"There is no user {username!r} here.")
    return found
