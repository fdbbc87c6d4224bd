"""GET /api/overview."""

from typing import Annotated

from fastapi import APIRouter

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.overview import service
from homepot.overview.schemas import OverviewOut

router = APIRouter(prefix="/api/overview", tags=["overview"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]


@router.get("", responses=documented(401, 403))
async def get_overview(caller: Reader) -> OverviewOut:
    """How many devices are well, which sites are not, and what wants somebody now."""
    return OverviewOut.of(await service.overview(caller.tx, now()))
