"""The wire, taking orders: waiting commands, reports on them, and permissions."""

from typing import Annotated

from fastapi import APIRouter

from homepot.core.http.problems import documented
from homepot.fleet.commands import service
from homepot.fleet.enrolment.guard import Speaker, device
from homepot.fleet.fields import PublicId
from homepot.fleet.wire.replies import Reply
from homepot.fleet.wire.schemas import (
    CommandReport,
    OwnPermissions,
    PermissionsPatch,
    WaitingCommand,
)

router = APIRouter(prefix="/api/v1/devices", tags=["wire"])

Device = Annotated[Speaker, device()]
_POLLING = documented(401, 403, 429)
_READING = documented(401, 403, 422, 429)
_TELLING = documented(401, 403, 413, 422, 429)
_REPORTING = documented(401, 403, 404, 409, 413, 422, 429)


@router.get("/pending", responses=_POLLING)
async def get_pending(speaker: Device) -> list[WaitingCommand]:
    """The commands that wait for this device, the oldest first: a bare array."""
    await speaker.heard()
    return [WaitingCommand.of(command) for command in await service.waiting_for(speaker)]


@router.post("/{device_id}/commands/{command_id}/ack", responses=_REPORTING)
async def acknowledge(
    speaker: Device,
    device_id: PublicId,  # noqa: ARG001  the guard has compared it with X-Device-ID
    command_id: PublicId,
) -> Reply[WaitingCommand]:
    """The command has arrived. Acknowledged twice, it counts once; an expired one is refused."""
    await speaker.heard()
    command = await service.reported(speaker, command_id, "sent")
    return Reply(message="Command acknowledged", data=WaitingCommand.of(command))


# Agents in the field send POST, though they are described with PUT.
@router.post("/{command_id}/status", responses=_REPORTING)
@router.put("/{command_id}/status", responses=_REPORTING)
async def report_command(
    speaker: Device, command_id: PublicId, body: CommandReport
) -> Reply[WaitingCommand]:
    """What came of a command. Said twice, it counts once; another ending is refused."""
    await speaker.heard()
    command = await service.reported(
        speaker, command_id, body.status, result=body.result, executed_at=body.executed_at
    )
    return Reply(message="Command updated", data=WaitingCommand.of(command))


@router.get("/device/{device_id}/permissions", responses=_READING)
async def get_own_permissions(speaker: Device, device_id: PublicId) -> Reply[OwnPermissions]:
    """What the owner permits on this device."""
    found = await service.own_permissions(speaker)
    return Reply(message="Permissions", data=OwnPermissions.of(device_id, found))


@router.patch("/device/{device_id}/permissions", responses=_TELLING)
async def change_own_permissions(
    speaker: Device, device_id: PublicId, body: PermissionsPatch
) -> Reply[OwnPermissions]:
    """A device withdraws at once with `false`. With `true` it only asks: the owner grants."""
    await speaker.heard()
    found = await service.withdraw(speaker, body.said())
    waiting = f"; waiting for the owner: {', '.join(found.wanted)}" if found.wanted else ""
    data = OwnPermissions.of(device_id, found)
    return Reply(message=f"Permissions as they are now{waiting}", data=data)
