"""HTTP of device types and the metric registry."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import StringConstraints

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.core.http.problems import documented
from homepot.fleet.types import service
from homepot.fleet.types.schemas import (
    DeviceTypeList,
    DeviceTypeOut,
    MetricChange,
    MetricList,
    RegisteredOut,
    TypeChange,
)

router = APIRouter(tags=["device types"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Writer = Annotated[Caller, allow(Permission.FLEET_WRITE)]
TypeName = Annotated[str, Path(max_length=64), StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
MetricName = Annotated[
    str, Path(max_length=128), StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.:-]*$")
]
_READING = documented(401, 403, 404, 422)


@router.get("/api/device-types", responses=_READING)
async def list_device_types(caller: Reader) -> DeviceTypeList:
    """Every type of device with its metrics, as it holds here."""
    found = [DeviceTypeOut.of(one) for one in await service.device_types(caller.tx)]
    return DeviceTypeList(items=found, total=len(found))


@router.get("/api/device-types/{name}", responses=_READING)
async def get_device_type(caller: Reader, name: TypeName) -> DeviceTypeOut:
    return DeviceTypeOut.of(await service.device_type(caller.tx, name))


@router.put("/api/device-types/{name}", responses=_READING)
async def change_device_type(caller: Writer, name: TypeName, body: TypeChange) -> DeviceTypeOut:
    """Put your own words in place of what you said before; a new name makes a new type."""
    return DeviceTypeOut.of(await service.save_type(caller, name, body.label, body.changes()))


@router.delete("/api/device-types/{name}", status_code=204, responses=_READING)
async def reset_device_type(caller: Writer, name: TypeName) -> None:
    """Back to what is shipped; a type of your own is gone, its devices count as unknown."""
    await service.reset_type(caller, name)


@router.get("/api/metrics", responses=_READING)
async def list_metrics(caller: Reader) -> MetricList:
    """The registry: shipped, declared and discovered metrics."""
    found = [RegisteredOut.of(one) for one in (await service.registry(caller.tx)).values()]
    return MetricList(items=found, total=len(found))


@router.patch("/api/metrics/{name}", responses=_READING)
async def describe_metric(caller: Writer, name: MetricName, body: MetricChange) -> RegisteredOut:
    """Say what a metric is; a field set to null goes back to what is shipped or not known."""
    return RegisteredOut.of(await service.describe_metric(caller, name, body.said()))
