"""HTTP of health."""

from typing import Annotated

from fastapi import APIRouter, Request

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.health import service
from homepot.ai.health.schemas import HealthOut
from homepot.ai.thresholds import service as thresholds
from homepot.core.http.problems import documented
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/devices", tags=["devices"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]


@router.get("/{device_id}/health", responses=documented(401, 403, 404, 422))
async def get_health(caller: Reader, device_id: PublicId, request: Request) -> HealthOut:
    """How well a device is, why, and how it has been."""
    known = thresholds.shipped(process_of(request).settings)
    return HealthOut.of(await service.of_device(caller.tx, caller.tenant_id, device_id, known))
