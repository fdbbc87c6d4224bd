"""HTTP of commands and permissions, for people."""

from typing import Annotated

from fastapi import APIRouter, Query

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.commands import service
from homepot.fleet.commands.schemas import (
    CommandListQuery,
    CommandNew,
    CommandOut,
    CommandPageOut,
    PermissionsChange,
    PermissionsOut,
)
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/devices", tags=["commands"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Commander = Annotated[Caller, allow(Permission.COMMANDS_ISSUE)]
# The owner's word: whoever may issue a command must not also be the one who permits it.
Owner = Annotated[Caller, allow(Permission.SETTINGS_WRITE)]
_READING = documented(401, 403, 404, 422)
_CHANGING = documented(401, 403, 404, 409, 422)


@router.get("/{device_id}/commands", responses=_READING)
async def list_commands(
    caller: Reader, device_id: PublicId, asked: Annotated[CommandListQuery, Query()]
) -> CommandPageOut:
    """The commands of a device with what came of them, the newest first."""
    found = await service.page(caller.tx, device_id, limit=asked.limit, cursor=asked.cursor)
    at = now()
    items = [CommandOut.of(command, at) for command in found.items]
    return CommandPageOut(items=items, next_cursor=found.next_cursor)


@router.post("/{device_id}/commands", status_code=201, responses=_CHANGING)
async def issue_command(caller: Commander, device_id: PublicId, body: CommandNew) -> CommandOut:
    """Ask a device to do something its owner permits; it lives 300 s."""
    at = now()
    command = await service.issue(caller, device_id, body.command_type, body.payload, at)
    return CommandOut.of(command, at)


@router.get("/{device_id}/commands/{command_id}", responses=_READING)
async def get_command(caller: Reader, device_id: PublicId, command_id: PublicId) -> CommandOut:
    return CommandOut.of(await service.find(caller.tx, device_id, command_id), now())


@router.get("/{device_id}/permissions", responses=_READING)
async def get_permissions(caller: Reader, device_id: PublicId) -> PermissionsOut:
    """What the owner permits on this device, and what the device asked for."""
    return PermissionsOut.of(device_id, await service.permissions(caller.tx, device_id))


@router.put("/{device_id}/permissions", responses=_READING)
async def put_permissions(
    caller: Owner, device_id: PublicId, body: PermissionsChange
) -> PermissionsOut:
    """Grant and withdraw; what is not named stays as it is."""
    found = await service.grant(caller, device_id, body.permissions.said(), now())
    return PermissionsOut.of(device_id, found)
