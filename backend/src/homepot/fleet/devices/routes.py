"""HTTP of devices."""

from typing import Annotated

from fastapi import APIRouter, Query

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.devices import service
from homepot.fleet.devices.lifecycle import Move
from homepot.fleet.devices.listing import DeviceQuery
from homepot.fleet.devices.schemas import (
    DeviceChange,
    DeviceDetail,
    DeviceListQuery,
    DeviceNew,
    DevicePage,
    Transfer,
)
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/devices", tags=["devices"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Writer = Annotated[Caller, allow(Permission.FLEET_WRITE)]
Enroller = Annotated[Caller, allow(Permission.FLEET_ENROL)]
_READING = documented(401, 403, 422)
_ONE = documented(401, 403, 404, 422)
_CHANGING = documented(401, 403, 404, 409, 422)


@router.get("", responses=_READING)
async def list_devices(caller: Reader, asked: Annotated[DeviceListQuery, Query()]) -> DevicePage:
    """Devices, a page at a time; `next_cursor` leads on within the same filters and sort."""
    query = DeviceQuery(asked.filters(), asked.sort, asked.limit)
    return DevicePage.model_validate(await service.page(caller.tx, query, asked.cursor))


@router.post("", status_code=201, responses=_CHANGING)
async def create_device(caller: Enroller, body: DeviceNew) -> DeviceDetail:
    """A device that waits for its agent."""
    device = await service.create(
        caller,
        site_id=body.site_id,
        public_id=body.device_id,
        provenance=body.provenance,
        values=body.values(),
    )
    return DeviceDetail.of(device)


@router.get("/{device_id}", responses=_ONE)
async def get_device(caller: Reader, device_id: PublicId) -> DeviceDetail:
    return DeviceDetail.of(await service.find(caller.tx, device_id))


@router.patch("/{device_id}", responses=_CHANGING)
async def change_device(caller: Writer, device_id: PublicId, body: DeviceChange) -> DeviceDetail:
    return DeviceDetail.of(await service.change(caller, device_id, body.values(), body.version))


@router.post("/{device_id}/suspend", responses=_CHANGING)
async def suspend_device(caller: Writer, device_id: PublicId) -> DeviceDetail:
    """Stop listening to the device; its key stays."""
    return DeviceDetail.of(await service.move(caller, device_id, Move.SUSPEND, now()))


@router.post("/{device_id}/activate", responses=_CHANGING)
async def activate_device(caller: Writer, device_id: PublicId) -> DeviceDetail:
    return DeviceDetail.of(await service.move(caller, device_id, Move.ACTIVATE, now()))


@router.post("/{device_id}/archive", responses=_CHANGING)
async def archive_device(caller: Writer, device_id: PublicId) -> DeviceDetail:
    """Put the device away: its key is void, what it told is kept."""
    return DeviceDetail.of(await service.move(caller, device_id, Move.ARCHIVE, now()))


@router.post("/{device_id}/restore", responses=_CHANGING)
async def restore_device(caller: Writer, device_id: PublicId) -> DeviceDetail:
    """Bring an archived device back; it waits to be enrolled anew."""
    return DeviceDetail.of(await service.move(caller, device_id, Move.RESTORE, now()))


@router.post("/{device_id}/transfer", responses=_CHANGING)
async def transfer_device(caller: Writer, device_id: PublicId, body: Transfer) -> DeviceDetail:
    """Move the device to another site."""
    return DeviceDetail.of(await service.transfer(caller, device_id, body.site_id))
