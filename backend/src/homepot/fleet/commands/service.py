"""Use cases of commands: issue one, deliver it, keep what came of it; and who permits what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.core import live
from homepot.core.database import Connection, Database
from homepot.core.errors import BadInput, Conflict, NotFound
from homepot.core.ids import new_public_id
from homepot.fleet.commands import store
from homepot.fleet.commands.errors import CommandOver, PermissionMissing, TooManyOpen
from homepot.fleet.commands.logic import (
    FINISHED,
    LIVE_FOR,
    OPEN_MAX,
    Status,
    kept_result,
    report,
)
from homepot.fleet.commands.permissions import (
    COMMAND_TYPES,
    DEFAULTS,
    missing,
    needed_for,
)
from homepot.fleet.commands.store import Command, Grant
from homepot.fleet.devices import service as devices
from homepot.fleet.devices.service import Device
from homepot.fleet.enrolment.speaker import Speaker
from homepot.fleet.forgetting import forget_of_devices
from homepot.fleet.paging import list_mark, make_cursor, read_cursor

__all__ = ["Command", "CommandPage", "Permissions", "issue", "page", "permissions"]


@dataclass(frozen=True)
class CommandPage:
    items: Sequence[Command]
    next_cursor: str | None


@dataclass(frozen=True)
class Permissions:
    """What is granted, and what the device asked for and has not been given."""

    granted: dict[str, bool]
    wanted: list[str]


# -- people


async def issue(
    caller: Caller, device_id: str, command_type: str, payload: dict[str, Any] | None, now: datetime
) -> Command:
    """Ask a device to do something, if its owner permits that."""
    command_type = command_type.strip().lower()
    if command_type not in COMMAND_TYPES:
        known = ", ".join(COMMAND_TYPES)
        problem = f"{command_type[:64]!r} is no command; there are: {known}."
        raise BadInput(problem, at="body.command_type")
    device = await devices.find(caller.tx, device_id)
    if device.lifecycle != "active":
        raise Conflict(f"The device {device_id} is {device.lifecycle} and takes no commands.")
    await _refuse_unpermitted(caller.tx, device, command_type, payload)
    await store.hold_device(caller.tx, device.id)
    if await store.count_open(caller.tx, device.id, now) >= OPEN_MAX:
        raise TooManyOpen
    command = await store.add(
        caller.tx,
        {
            "device_id": device.id,
            "public_id": new_public_id("COMMAND", 3),
            "command_type": command_type,
            "payload": payload,
            "status": "pending",
            "issued_by": caller.actor.name,
            "created_at": now,
            "expires_at": now + LIVE_FOR,
        },
    )
    await _announce(caller.tx, caller.tenant_id, device_id, command)
    await audit.record(
        caller,
        action="command.issued",
        object_=f"device:{device_id}",
        details={"command_id": command.public_id, "command_type": command_type},
    )
    return command


async def _refuse_unpermitted(
    tx: Connection, device: Device, command_type: str, payload: dict[str, Any] | None
) -> None:
    granted = (await _permissions(tx, device.id)).granted
    lacking = missing(needed_for(command_type, payload), granted)
    if lacking:
        names = " and ".join(lacking)
        raise PermissionMissing(
            f"The owner of {device.public_id} has not permitted {names}, which {command_type}"
            f" needs. An administrator grants it with PUT /api/devices/{device.public_id}"
            "/permissions.",
            missing_permissions=lacking,
        )


async def page(tx: Connection, device_id: str, *, limit: int, cursor: str | None) -> CommandPage:
    """The commands of a device, the newest first."""
    device = await devices.find(tx, device_id)
    mark = list_mark("commands", device_id)
    before = read_cursor(cursor, mark, [int])[0] if cursor else None
    found = await store.page(tx, device.id, limit + 1, before if isinstance(before, int) else None)
    shown = found[:limit]
    more = len(found) > limit
    return CommandPage(shown, make_cursor(mark, [shown[-1].id]) if more else None)


async def find(tx: Connection, device_id: str, command_id: str) -> Command:
    device = await devices.find(tx, device_id)
    command = await store.find(tx, device.id, command_id)
    if command is None:
        raise NotFound(f"The device {device_id} has no command {command_id[:64]!r}.")
    return command


async def permissions(tx: Connection, device_id: str) -> Permissions:
    device = await devices.find(tx, device_id)
    return await _permissions(tx, device.id)


async def _permissions(tx: Connection, device_row: int) -> Permissions:
    rows = await store.grants(tx, device_row)
    granted = {**DEFAULTS, **{row.permission: row.granted for row in rows}}
    wanted = sorted(row.permission for row in rows if row.wanted and not row.granted)
    return Permissions({name: granted[name] for name in DEFAULTS}, wanted)


async def grant(
    caller: Caller, device_id: str, said: Mapping[str, bool], now: datetime
) -> Permissions:
    """The owner grants and withdraws; what is not named stays as it is."""
    device = await devices.find_for_change(caller.tx, device_id)
    before = await _permissions(caller.tx, device.id)
    changed = {name: value for name, value in said.items() if before.granted[name] != value}
    for name, value in said.items():
        new = Grant(name, value, False, caller.actor.name, now)
        await store.save_grant(caller.tx, device.id, new)
    if changed:
        await _announce_permissions(caller, device_id)
        await audit.record(
            caller,
            action="device.permissions_changed",
            object_=f"device:{device_id}",
            details={"changed": changed},
        )
    return await _permissions(caller.tx, device.id)


# -- devices


async def waiting_for(speaker: Speaker) -> list[Command]:
    return await store.pending(speaker.caller.tx, speaker.device_row, speaker.at)


async def reported(
    speaker: Speaker,
    command_id: str,
    said: Status,
    *,
    result: Any = None,
    executed_at: datetime | None = None,
) -> Command:
    """What a device says of a command of its own; said twice, it counts once."""
    tx = speaker.caller.tx
    command = await store.hold(tx, speaker.device_row, command_id)
    if command is None:
        raise NotFound(f"This device has no command {command_id[:64]!r}.")
    step = report(command.life, said, speaker.at)
    if step.refusal is not None:
        raise CommandOver(step.refusal, command_status=command.life.at(speaker.at))
    if step.to is None:
        return command
    values: dict[str, Any] = {"status": step.to}
    if step.to == "sent":
        values["sent_at"] = speaker.at
    else:
        values |= {"finished_at": speaker.at, "executed_at": executed_at}
        values["result"] = kept_result(result)
    changed = await store.change(tx, command.id, values)
    await _announce(tx, speaker.caller.tenant_id, speaker.device_id, changed)
    if step.to in FINISHED:
        await audit.record(
            speaker.caller,
            action=f"command.{step.to}",
            object_=f"device:{speaker.device_id}",
            details={"command_id": command_id, "command_type": command.command_type},
        )
    return changed


async def own_permissions(speaker: Speaker) -> Permissions:
    return await _permissions(speaker.caller.tx, speaker.device_row)


async def withdraw(speaker: Speaker, said: Mapping[str, bool]) -> Permissions:
    """A device may withdraw what it was granted, at once. What it asks for is only noted:
    whoever holds the key of a till must not be able to open it to remote commands."""
    tx, now = speaker.caller.tx, speaker.at
    device = await devices.find_for_change(tx, speaker.device_id)
    granted = (await _permissions(tx, device.id)).granted
    withdrawn = [name for name, value in said.items() if not value and granted[name]]
    wanted = [name for name, value in said.items() if value and not granted[name]]
    for name in withdrawn + wanted:
        new = Grant(name, False, name in wanted, f"device {speaker.device_id}", now)
        await store.save_grant(tx, device.id, new)
    if withdrawn or wanted:
        await _announce_permissions(speaker.caller, speaker.device_id)
        await audit.record(
            speaker.caller,
            action="device.permissions_changed",
            object_=f"device:{speaker.device_id}",
            details={"changed": dict.fromkeys(withdrawn, False), "wanted": wanted},
        )
    return await _permissions(tx, device.id)


# -- background


async def expire(tx: Connection, now: datetime) -> int:
    """Whatever has outlived its time; the transaction is the system's. The number of those."""
    over = await store.expire(tx, now)
    await live.announce_many(
        tx,
        [
            (
                one.tenant_id,
                "command.changed",
                {
                    "device_id": one.device_id,
                    "command_id": one.command_id,
                    "command_type": one.command_type,
                    "status": "expired",
                },
            )
            for one in over
        ],
    )
    return len(over)


async def forget(database: Database, before: datetime) -> int:
    """Commands that are over and older; the number of those."""
    return await forget_of_devices(database, before, [store.forget])


async def newest(tx: Connection, device_row: int, limit: int) -> Sequence[Command]:
    return await store.page(tx, device_row, limit, None)


async def _announce(tx: Connection, tenant_id: int, device_id: str, command: Command) -> None:
    data = {
        "device_id": device_id,
        "command_id": command.public_id,
        "command_type": command.command_type,
        "status": command.status,
    }
    await live.announce(tx, tenant_id, "command.changed", data)


async def _announce_permissions(caller: Caller, device_id: str) -> None:
    data = {"device_id": device_id, "changed": ["permissions"]}
    await live.announce(caller.tx, caller.tenant_id, "device.changed", data)
