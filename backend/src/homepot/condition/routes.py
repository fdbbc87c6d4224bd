"""GET /api/status."""

from typing import Annotated

from fastapi import APIRouter, Request

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.condition import service
from homepot.condition.schemas import ConditionOut
from homepot.core.clock import now
from homepot.core.http.problems import documented

router = APIRouter(prefix="/api/status", tags=["operation"])


@router.get("", responses=documented(401, 403))
async def read_condition(
    request: Request, caller: Annotated[Caller, allow(Permission.FLEET_READ)]
) -> ConditionOut:
    """How the installation itself is, measured now: each part, what is wrong, what mends it."""
    found = await service.condition(process_of(request), caller.tenant_id, now())
    return ConditionOut.of(found)
