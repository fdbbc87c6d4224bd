"""HTTP of incidents."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.device_memory.service import Memory
from homepot.ai.incidents import service
from homepot.ai.incidents.schemas import (
    Correction,
    IncidentListQuery,
    IncidentOut,
    IncidentPageOut,
    Note,
    PerhapsNote,
    Resolution,
    StoryOut,
)
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.fields import PublicId
from homepot.telemetry.reading.service import Kept

router = APIRouter(prefix="/api/incidents", tags=["incidents"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Writer = Annotated[Caller, allow(Permission.INCIDENTS_WRITE)]
_CHANGING = documented(401, 403, 404, 409, 422)


@router.get("", responses=documented(401, 403, 422))
async def list_incidents(
    caller: Reader, asked: Annotated[IncidentListQuery, Query()]
) -> IncidentPageOut:
    """Incidents, the newest first. `device` finds those of its site in which it is a member too."""
    return IncidentPageOut.of(await service.page(caller.tx, asked.asked(), asked.cursor))


@router.get("/{incident_id}", responses=documented(401, 403, 404, 422))
async def get_incident(request: Request, caller: Reader, incident_id: PublicId) -> StoryOut:
    """Its devices, what deviated in the order it began, how that was then, at worst and is now,
    everything that happened with it, and who was told or why nobody was."""
    process = process_of(request)
    teller, kept = process.part(service.Teller), Kept.of(process.settings)
    return StoryOut.of_story(await service.story(caller.tx, teller, kept, incident_id, now()))


@router.patch("/{incident_id}", responses=_CHANGING)
async def correct_incident(caller: Writer, incident_id: PublicId, body: Correction) -> IncidentOut:
    """What was written down of a resolved incident; what memory has of it follows."""
    found = await service.correct(caller, incident_id, body.changes(), now())
    return IncidentOut.of(found)


@router.delete("/{incident_id}", status_code=204, responses=_CHANGING)
async def remove_incident(request: Request, caller: Writer, incident_id: PublicId) -> None:
    """For good, with what memory has of it: nobody is shown it as similar again."""
    memory = process_of(request).part(Memory)
    await service.remove(caller, memory, incident_id, now())


@router.post("/{incident_id}/confirm", responses=_CHANGING)
async def confirm_incident(
    caller: Writer, incident_id: PublicId, body: PerhapsNote | None = None
) -> IncidentOut:
    """Somebody has seen it and looks after it."""
    note = body.note if body else None
    return IncidentOut.of(await service.confirm(caller, incident_id, note, now()))


@router.post("/{incident_id}/resolve", responses=_CHANGING)
async def resolve_incident(caller: Writer, incident_id: PublicId, body: Resolution) -> IncidentOut:
    """What was done about it, and whether that helped: remembered for the next time."""
    found = await service.resolve(caller, incident_id, body.note, body.worked, now())
    return IncidentOut.of(found)


@router.post("/{incident_id}/reopen", responses=_CHANGING)
async def reopen_incident(
    caller: Writer, incident_id: PublicId, body: PerhapsNote | None = None
) -> IncidentOut:
    """It was not over after all."""
    note = body.note if body else None
    return IncidentOut.of(await service.reopen(caller, incident_id, note, now()))


@router.post("/{incident_id}/normal", responses=_CHANGING)
async def call_incident_normal(
    caller: Writer, incident_id: PublicId, body: PerhapsNote | None = None
) -> IncidentOut:
    """This is usual here. What deviated, as far as it did, opens no incident again."""
    note = body.note if body else None
    return IncidentOut.of(await service.is_normal(caller, incident_id, note, now()))


@router.post("/{incident_id}/notes", status_code=201, responses=_CHANGING)
async def note_on_incident(caller: Writer, incident_id: PublicId, body: Note) -> IncidentOut:
    """A word on it that changes nothing."""
    return IncidentOut.of(await service.note(caller, incident_id, body.note, now()))
