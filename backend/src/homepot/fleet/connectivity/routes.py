"""HTTP of connectivity."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.connectivity import service
from homepot.fleet.connectivity.schemas import ConnectivityOut
from homepot.fleet.fields import PublicId
from homepot.fleet.moments import Moment

router = APIRouter(tags=["devices"])


@router.get("/api/devices/{device_id}/connectivity", responses=documented(401, 403, 404, 422))
async def get_connectivity(
    caller: Annotated[Caller, allow(Permission.FLEET_READ)],
    device_id: Annotated[PublicId, Path()],
    start: Annotated[Moment | None, Query(alias="from")] = None,
    end: Annotated[Moment | None, Query(alias="to")] = None,
) -> ConnectivityOut:
    """How a device is and has been connected: the newest changes, and its uptime in a window."""
    found = await service.history(caller.tx, device_id, start, end, now())
    return ConnectivityOut.of(device_id, found)
