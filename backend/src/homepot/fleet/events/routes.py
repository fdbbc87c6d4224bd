"""HTTP of what devices say of themselves, for people."""

from typing import Annotated

from fastapi import APIRouter, Query

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.core.http.problems import documented
from homepot.fleet.events import service
from homepot.fleet.events.schemas import EventListQuery, EventPageOut, JobList, JobOut
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/devices", tags=["devices"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
_READING = documented(401, 403, 404, 422)


@router.get("/{device_id}/events", responses=_READING)
async def list_events(
    caller: Reader, device_id: PublicId, asked: Annotated[EventListQuery, Query()]
) -> EventPageOut:
    """Log lines, audit entries and alerts of a device, and what the server noticed of it.

    The newest first.
    """
    found = await service.page(caller.tx, device_id, asked.asked(), asked.cursor)
    return EventPageOut.of(found)


@router.get("/{device_id}/jobs", responses=_READING)
async def list_jobs(
    caller: Reader,
    device_id: PublicId,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JobList:
    """What a device did by itself, the newest first."""
    found = await service.jobs(caller.tx, device_id, limit)
    return JobList(items=[JobOut.of(job) for job in found])
