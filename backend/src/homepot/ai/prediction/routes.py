"""HTTP of predictions and of the maintenance schedule."""

from typing import Annotated

from fastapi import APIRouter, Query

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.ai.prediction import fleet, service
from homepot.ai.prediction.fleet_schemas import AheadOut, Horizon, TermNew
from homepot.ai.prediction.schemas import (
    OutlookOut,
    ScheduleOut,
    TermChange,
    TermOut,
    TermState,
)
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/ai", tags=["ai"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Writer = Annotated[Caller, allow(Permission.FLEET_WRITE)]


@router.get("/predict/{device_id}", responses=documented(401, 403, 404, 422))
async def predict(caller: Reader, device_id: PublicId) -> OutlookOut:
    """Which limits a device will reach and when, how sure that is, and what to do before."""
    return OutlookOut.of(await service.of_device(caller.tx, device_id))


@router.get("/predictions", responses=documented(401, 403, 404, 422))
async def predictions(
    caller: Reader,
    within_days: Annotated[Horizon, Query()] = 14,
    site_id: Annotated[PublicId | None, Query()] = None,
) -> AheadOut:
    """What will reach a limit or fail within so many days, over all devices, the most probable
    first."""
    return AheadOut.of(await fleet.ahead(caller.tx, site_id), within_days)


@router.get("/maintenance", responses=documented(401, 403, 422))
async def maintenance_schedule(
    caller: Reader,
    state: TermState | None = None,
    site_id: Annotated[PublicId | None, Query()] = None,
) -> ScheduleOut:
    """What is to be done on which device before when, the nearest first."""
    found = await service.terms(caller.tx, state, site_id)
    return ScheduleOut(items=[TermOut.model_validate(one) for one in found])


@router.post("/maintenance", status_code=201, responses=documented(401, 403, 404, 422))
async def plan_maintenance(caller: Writer, body: TermNew) -> TermOut:
    """Write a line into the schedule."""
    values = body.model_dump(exclude={"device_id"})
    term = await fleet.plan_term(caller, body.device_id, values, now())
    return TermOut.model_validate(term)


@router.patch("/maintenance/{term_id}", responses=documented(401, 403, 404, 422))
async def change_maintenance(caller: Writer, term_id: PublicId, body: TermChange) -> TermOut:
    """Move a line of the schedule, or say that it is ordered, done or not needed."""
    term = await service.change_term(caller, term_id, body.state, body.note, body.due_at, now())
    return TermOut.model_validate(term)
