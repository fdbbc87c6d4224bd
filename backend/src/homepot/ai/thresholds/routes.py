"""HTTP of thresholds."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import StringConstraints

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.thresholds import service
from homepot.ai.thresholds.logic import Thresholds
from homepot.ai.thresholds.schemas import (
    DeviceThresholds,
    DeviceThresholdsOut,
    HealthThresholds,
    TypeThresholdsOut,
)
from homepot.core.http.problems import documented
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api", tags=["thresholds"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Writer = Annotated[Caller, allow(Permission.FLEET_WRITE)]
TypeName = Annotated[str, Path(max_length=64), StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
_SAID = documented(401, 403, 404, 422)


def _shipped(request: Request) -> dict[str, Thresholds]:
    return service.shipped(process_of(request).settings)


@router.get("/device-types/{name}/thresholds", responses=_SAID)
async def get_type_thresholds(
    caller: Reader, name: TypeName, request: Request
) -> TypeThresholdsOut:
    """From which score on devices of a type are healthy, or critical."""
    return TypeThresholdsOut.of(await service.of_type(caller, _shipped(request), name))


@router.put("/device-types/{name}/thresholds", responses=_SAID)
async def put_type_thresholds(
    caller: Writer, name: TypeName, body: HealthThresholds, request: Request
) -> TypeThresholdsOut:
    """Say otherwise for a type. Its limits stand with the type itself."""
    await service.say_of_type(caller, name, body.said())
    return TypeThresholdsOut.of(await service.of_type(caller, _shipped(request), name))


@router.delete("/device-types/{name}/thresholds", status_code=204, responses=_SAID)
async def reset_type_thresholds(caller: Writer, name: TypeName) -> None:
    """Back to what the configuration says."""
    await service.forget_type(caller, name)


@router.get("/devices/{device_id}/thresholds", responses=_SAID)
async def get_device_thresholds(
    caller: Reader, device_id: PublicId, request: Request
) -> DeviceThresholdsOut:
    """The thresholds and limits that hold for a device, and where each was said."""
    return DeviceThresholdsOut.of(await service.of_device(caller, _shipped(request), device_id))


@router.put("/devices/{device_id}/thresholds", responses=_SAID)
async def put_device_thresholds(
    caller: Writer, device_id: PublicId, body: DeviceThresholds, request: Request
) -> DeviceThresholdsOut:
    """Say otherwise for one device. Detection goes by it within half a minute."""
    await service.say_of_device(caller, device_id, *body.said())
    return DeviceThresholdsOut.of(await service.of_device(caller, _shipped(request), device_id))


@router.delete("/devices/{device_id}/thresholds", status_code=204, responses=_SAID)
async def reset_device_thresholds(caller: Writer, device_id: PublicId) -> None:
    """Back to what holds for its type."""
    await service.forget_device(caller, device_id)
