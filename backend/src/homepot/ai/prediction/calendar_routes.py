"""HTTP of the calendar of upkeep and of its keys."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.prediction import calendar_keys as service
from homepot.ai.prediction.calendar_schemas import (
    CalendarKeyAdded,
    CalendarKeyNew,
    CalendarKeyOut,
    CalendarKeysOut,
)
from homepot.core.clock import now
from homepot.core.http.problems import documented

router = APIRouter(prefix="/api/ai", tags=["ai"])

Person = Annotated[Caller, allow(Permission.TOKENS_OWN, session_only=True)]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_FEED = "/api/ai/maintenance.ics"


class Calendar(Response):
    media_type = "text/calendar; charset=utf-8"


@router.get("/maintenance.ics", response_class=Calendar, responses=documented(401, 422, 429))
async def maintenance_calendar(
    request: Request, key: Annotated[str, Query(min_length=1, max_length=200)]
) -> Response:
    """The maintenance schedule for a calendar program; the key is in the address."""
    process = process_of(request)
    public = process.settings.public_url
    devices_at = f"{public.rstrip('/')}/devices" if public else None
    async with process.database.system() as tx:
        content = await service.read(tx, key, now(), devices_at)
    return Calendar(content, headers={"Cache-Control": "private, max-age=300"})


@router.get("/maintenance-calendars", responses=documented(401, 403))
async def calendar_keys(caller: Person) -> CalendarKeysOut:
    """Your own addresses of the calendar, without their secrets."""
    found = await service.own_keys(caller)
    return CalendarKeysOut(items=[CalendarKeyOut.model_validate(one) for one in found])


@router.post("/maintenance-calendars", status_code=201, responses=documented(401, 403, 409, 422))
async def add_calendar_key(caller: Person, body: CalendarKeyNew) -> CalendarKeyAdded:
    """Make an address that a calendar program can subscribe to. It is shown this once."""
    added = await service.add_key(caller, body.name, now())
    return CalendarKeyAdded(
        id=added.id,
        name=added.name,
        path=f"{_FEED}?key={added.key}",
        created_at=added.created_at,
    )


@router.delete(
    "/maintenance-calendars/{calendar_id}",
    status_code=204,
    responses=documented(401, 403, 404, 422),
)
async def remove_calendar_key(caller: Person, calendar_id: Id) -> None:
    """Take an address back: from now on it shows nothing."""
    await service.remove_key(caller, calendar_id)
